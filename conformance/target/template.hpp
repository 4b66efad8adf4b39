#pragma once

#include "gateway/base/result.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace cqhttp::conformance {

// What a template may name. An empty value counts as absent.
using TemplateValues = std::map<std::string, std::string, std::less<>>;

// The small part of Mustache that a configuration file needs, whatever its syntax:
//   {{name}}                 the value
//   {{#name}} ... {{/name}}  only where there is a value
//   {{^name}} ... {{/name}}  only where there is none
// A line that holds nothing but such a mark does not leave an empty line. The error names the line.
Result<std::string> render_template(std::string_view text, const TemplateValues& values);

// Every name the template mentions.
std::set<std::string, std::less<>> template_names(std::string_view text);

}  // namespace cqhttp::conformance
