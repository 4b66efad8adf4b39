#include "conformance/target/template.hpp"

#include "gateway/tests/support/catch.hpp"

namespace cqhttp::conformance {
namespace {

const TemplateValues values{{"port", "5700"}, {"token", ""}, {"post_url", "http://x/"}};

}  // namespace

TEST_CASE("template: values and sections are filled in", "[conformance]") {
    CHECK(render_template("port = {{port}}\n", values).value() == "port = 5700\n");
    CHECK(render_template("a\n{{#token}}\ntoken = {{token}}\n{{/token}}\nb\n", values).value() ==
          "a\nb\n");
    CHECK(
        render_template("{{^token}}none{{/token}} {{#post_url}}<{{post_url}}>{{/post_url}}", values)
            .value() == "none <http://x/>");
    CHECK(render_template("{{#token}}{{#post_url}}x{{/post_url}}y{{/token}}z", values).value() ==
          "z");
    CHECK(render_template(R"({"a": {"b": {{port}} }, "c": "{x}"})", values).value() ==
          R"({"a": {"b": 5700 }, "c": "{x}"})");
}

TEST_CASE("template: mistakes name their line", "[conformance]") {
    const auto fault = [](const char* text) {
        return render_template(text, values).error().detail;
    };
    CHECK(fault("\n{{prot}}") == "line 2: unknown name {{prot}}");
    CHECK(fault("\n\n{{#port}}x") == "line 3: {{#port}} is not closed");
    CHECK(fault("{{/port}}") == "line 1: {{/port}} closes nothing");
}

TEST_CASE("template: the names it mentions are known", "[conformance]") {
    CHECK(template_names("{{#a}}{{ b }}{{/a}}{{^c}}{{/c}} {d}").size() == 3);
}

}  // namespace cqhttp::conformance
