#include "conformance/report/html.hpp"

#include "conformance/registry.hpp"
#include "conformance/report/html_assets.hpp"
#include "conformance/report/text_formats.hpp"
#include "gateway/base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cqhttp::conformance {
namespace {

std::string_view sign_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass: return "✓";
        case Verdict::fail: return "✕";
        case Verdict::warn: return "!";
        case Verdict::info: return "i";
        case Verdict::skip: return "–";
        case Verdict::unsupported: return "○";
        case Verdict::error: break;
    }
    return "?";
}

std::string_view meaning_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass: return "holds";
        case Verdict::fail: return "a MUST is broken";
        case Verdict::warn: return "a SHOULD, or what only the original's source says, is broken";
        case Verdict::info: return "differs where that is allowed";
        case Verdict::skip: return "binds cqhttp-gateway only";
        case Verdict::unsupported: return "the target lacks what the case needs";
        case Verdict::error: break;
    }
    return "no verdict";
}

// `code` of the specification's Markdown; the rest as it is.
std::string marked_up(std::string_view text) {
    std::string out;
    bool code = false;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('`', at), text.size());
        out += xml_escaped(text.substr(at, end - at));
        if (end < text.size()) {
            out += code ? "</code>" : "<code>";
            code = !code;
        }
        at = end + 1;
    }
    return code ? out + "</code>" : out;
}

std::string date_of(std::int64_t unix_seconds) {
    const auto time = static_cast<std::time_t>(unix_seconds);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string wire_html(const CaseResult& result) {
    std::string text;
    for (const auto& entry : result.transcript) {
        const bool sent = entry.kind == Transcript::Kind::sent;
        const bool note = entry.kind == Transcript::Kind::note;
        std::string body = printable(entry.text);
        while (body.ends_with('\n')) {
            body.pop_back();
        }
        text += fmt::format("<span class=w>{} {}</span> <span class={}>{}</span>\n",
                            note   ? "·"
                            : sent ? "→"
                                   : "←",
                            xml_escaped(entry.where),
                            note   ? "n"
                            : sent ? "s"
                                   : "r",
                            xml_escaped(body));
    }
    return text.empty() ? text : "<pre>" + text + "</pre>";
}

// What one run found out about a case.
std::string run_html(const RunReport& report, const CaseResult& result, bool with_name) {
    std::string text = fmt::format("<div class=\"run {}\"><h4>{}{}{}</h4>", to_text(result.verdict),
                                   with_name ? xml_escaped(report.target) + ": " : "",
                                   to_text(result.verdict), result.known ? " (known)" : "");
    text += "<dl>";
    const auto row = [&text](std::string_view name, const std::string& value) {
        if (!value.empty()) {
            text += fmt::format("<dt>{}</dt><dd>{}</dd>", name, xml_escaped(value));
        }
    };
    row("expected", result.expected);
    row("actual", result.actual);
    row("", result.text);
    row("known", result.known_reason);
    row("link", result.known_link);
    if (result.runs > 1) {
        row("runs", fmt::format("{} of {} did not hold", result.not_held, result.runs));
    }
    text += "</dl>" + wire_html(result);
    if (!result.log.empty()) {
        text += "<pre>" + xml_escaped(printable(result.log)) + "</pre>";
    }
    return text + "</div>";
}

// Every run's result for one case; null where a run does not have it.
using Row = std::vector<const CaseResult*>;

std::string marks_html(const Row& row) {
    std::string text = "<span class=marks>";
    for (const CaseResult* result : row) {
        if (result == nullptr) {
            text += "<span class=\"mark none\" title=\"not run\">·</span>";
            continue;
        }
        const std::string_view word = to_text(result->verdict);
        const bool single = row.size() == 1;
        text += fmt::format("<span class=\"mark {}{}\" title=\"{}\">{}{}</span>",
                            single ? "one " : "", word, word, sign_of(result->verdict),
                            single ? fmt::format(" {}", word) : "");
    }
    return text + "</span>";
}

std::string case_html(const std::string& id, const Row& row, std::span<const RunReport> reports) {
    const Case* which = find_case(id);
    std::set<std::string_view> verdicts;
    for (const CaseResult* result : row) {
        if (result != nullptr) {
            verdicts.insert(to_text(result->verdict));
        }
    }
    const std::string sentence = which == nullptr ? "" : std::string(which->sentence);
    const std::string requirements = which == nullptr ? "" : std::string(which->requirements);
    std::string text = fmt::format(
        "<details id=\"{}\" data-v=\"{}\" data-t=\"{}\"><summary>{}<span><span class=what>{}</span>"
        "<span class=id>{} · {}</span></span></summary><div class=body><dl>",
        xml_escaped(id), fmt::join(verdicts, " "),
        xml_escaped(to_lower(id + " " + sentence + " " + requirements)), marks_html(row),
        marked_up(sentence), xml_escaped(id), xml_escaped(requirements));
    if (which != nullptr) {
        text += fmt::format("<dt>sent</dt><dd>{}</dd><dt>expected</dt><dd>{}</dd>",
                            marked_up(which->sends), marked_up(which->expects));
        for (const std::string_view number : which->requirement_ids()) {
            const Requirement* requirement = find_requirement(number);
            text +=
                fmt::format("<dt>{} <small>{}</small></dt><dd>{} <small class=id>{}</small></dd>",
                            number, to_text(requirement->level), marked_up(requirement->statement),
                            xml_escaped(requirement->source));
        }
    }
    text += "</dl>";
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i] != nullptr) {
            text += run_html(reports[i], *row[i], row.size() > 1);
        }
    }
    return text + "</div></details>\n";
}

std::string card_html(const RunReport& report, std::size_t number, bool several) {
    const std::size_t passed = report.count(Verdict::pass) + report.count(Verdict::info);
    const std::size_t run =
        report.results.size() - report.count(Verdict::skip) - report.count(Verdict::unsupported);
    std::string bar, counts;
    for (std::size_t i = 0; i < verdict_count; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        if (const std::size_t count = report.count(verdict); count > 0) {
            bar += fmt::format("<i class={} style=\"flex:{}\" title=\"{} {}\"></i>",
                               to_text(verdict), count, count, to_text(verdict));
            counts += fmt::format("<span class={}><b>{}</b> {}</span>", to_text(verdict), count,
                                  to_text(verdict));
        }
    }
    const std::string name = several ? fmt::format("{}. {}", number, report.target) : report.target;
    const std::string trouble =
        report.unreachable.empty()
            ? ""
            : "<p class=fail>could not be reached: " + xml_escaped(report.unreachable) + "</p>";
    return fmt::format(
        "<div class=card><h3>{}</h3><div class=score>{} <small>of {} run hold</small></div>"
        "<div class=bar>{}</div><div class=counts>{}</div>{}<div class=id>{} · {} · suite {} · "
        "{:.1f} "
        "s</div></div>\n",
        xml_escaped(name), passed, run, bar, counts, trouble, to_text(report.profile),
        date_of(report.started), xml_escaped(report.suite_version),
        static_cast<double>(report.duration.count()) / 1e3);
}

// Every case of any of the runs, in the order of the table; ids the suite does not know come last.
std::vector<std::string> ids_of(std::span<const RunReport> reports) {
    std::set<std::string> there;
    for (const RunReport& report : reports) {
        for (const CaseResult& result : report.results) {
            there.insert(result.id);
        }
    }
    std::vector<std::string> ids;
    for (const Case* which : all_cases()) {
        if (there.erase(std::string(which->id)) > 0) {
            ids.emplace_back(which->id);
        }
    }
    ids.insert(ids.end(), there.begin(), there.end());
    return ids;
}

std::string_view title_of(std::string_view chapter) {
    for (const Chapter& known : chapters()) {
        if (known.name == chapter) {
            return known.title;
        }
    }
    return chapter;
}

std::string chapter_html(const std::vector<std::pair<std::string, Row>>& cases,
                         std::span<const RunReport> reports) {
    const std::string& first = cases.front().first;
    const std::string chapter = first.substr(0, first.find('/'));
    std::string tiles, rows;
    for (const auto& [id, row] : cases) {
        if (row.size() == 1) {
            tiles += fmt::format("<a class=\"tile {}\" href=\"#{}\" title=\"{}\"></a>",
                                 to_text(row[0]->verdict), xml_escaped(id), xml_escaped(id));
        }
        rows += case_html(id, row, reports);
    }
    if (reports.size() > 1) {
        tiles = "<span class=heads>";
        for (std::size_t i = 1; i <= reports.size(); ++i) {
            tiles +=
                fmt::format("<span title=\"{}\">{}</span>", xml_escaped(reports[i - 1].target), i);
        }
        tiles += "</span>";
    }
    const bool heads_first = reports.size() > 1;
    return fmt::format(
        "<section class=chapter><header>{}<h2>{}</h2><span class=n>{} {}</span>{}</header>\n{}"
        "</section>\n",
        heads_first ? tiles : "", xml_escaped(title_of(chapter)), cases.size(),
        cases.size() == 1 ? "case" : "cases",
        heads_first ? "" : "<span class=tiles>" + tiles + "</span>", rows);
}

// Chapters against runs, for a page of several.
std::string overview_html(const std::vector<std::vector<std::pair<std::string, Row>>>& grouped,
                          std::span<const RunReport> reports) {
    std::string text = "<div class=card><table class=overview><tr><th>chapter</th>";
    for (std::size_t i = 0; i < reports.size(); ++i) {
        text += fmt::format("<th title=\"{}\">{}</th>", xml_escaped(reports[i].target), i + 1);
    }
    text += "</tr>";
    for (const auto& cases : grouped) {
        const std::string& first = cases.front().first;
        text += fmt::format("<tr><td><a href=\"#{}\">{}</a></td>", xml_escaped(first),
                            xml_escaped(title_of(first.substr(0, first.find('/')))));
        for (std::size_t i = 0; i < reports.size(); ++i) {
            std::array<std::size_t, verdict_count> counts{};
            for (const auto& [id, row] : cases) {
                if (row[i] != nullptr) {
                    ++counts[static_cast<std::size_t>(row[i]->verdict)];
                }
            }
            const std::size_t held = counts[0] + counts[static_cast<std::size_t>(Verdict::info)];
            std::size_t run = held;
            std::string bar;
            for (std::size_t v = 0; v < verdict_count; ++v) {
                const auto verdict = static_cast<Verdict>(v);
                const bool broken = verdict == Verdict::fail || verdict == Verdict::warn ||
                                    verdict == Verdict::error;
                run += broken ? counts[v] : 0;
                if (counts[v] > 0) {
                    bar += fmt::format("<i class={0} style=\"flex:{1}\" title=\"{1} {0}\"></i>",
                                       to_text(verdict), counts[v]);
                }
            }
            text += fmt::format("<td>{} / {}<div class=bar>{}</div></td>", held, run, bar);
        }
        text += "</tr>";
    }
    return text + "</table></div>\n";
}

std::string tools_html(std::span<const RunReport> reports) {
    std::string text =
        "<div class=tools><input type=search placeholder=\"id, requirement or words\" "
        "aria-label=\"search\">";
    for (std::size_t i = 0; i < verdict_count; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        std::size_t count = 0;
        for (const RunReport& report : reports) {
            count += report.count(verdict);
        }
        if (count > 0) {
            text += fmt::format(
                "<button class={0} data-v={0} aria-pressed=false title=\"{3}\">{1} {0} "
                "{2}</button>",
                to_text(verdict), sign_of(verdict), count, meaning_of(verdict));
        }
    }
    return text + "</div>\n";
}

std::string legend_html() {
    std::string text = "<p class=legend>";
    for (std::size_t i = 0; i < verdict_count; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        text += fmt::format("<span><span class=\"mark {}\">{}</span>{}</span> ", to_text(verdict),
                            sign_of(verdict), meaning_of(verdict));
    }
    return text + "</p>";
}

}  // namespace

std::string to_html(std::span<const RunReport> reports) {
    std::vector<std::map<std::string_view, const CaseResult*>> found(reports.size());
    for (std::size_t i = 0; i < reports.size(); ++i) {
        for (const CaseResult& result : reports[i].results) {
            found[i].emplace(result.id, &result);
        }
    }
    std::vector<std::vector<std::pair<std::string, Row>>> grouped;
    for (const std::string& id : ids_of(reports)) {
        Row row;
        for (const auto& run : found) {
            const auto place = run.find(id);
            row.push_back(place == run.end() ? nullptr : place->second);
        }
        const std::string chapter = id.substr(0, id.find('/') + 1);
        if (grouped.empty() || !grouped.back().front().first.starts_with(chapter)) {
            grouped.emplace_back();
        }
        grouped.back().emplace_back(id, std::move(row));
    }
    std::string sections;
    for (const auto& cases : grouped) {
        sections += chapter_html(cases, reports);
    }
    const bool several = reports.size() > 1;
    std::string cards;
    for (std::size_t i = 0; i < reports.size(); ++i) {
        cards += card_html(reports[i], i + 1, several);
    }
    const std::string overview = several ? overview_html(grouped, reports) : std::string();
    const std::string title = several ? "CQHTTP and OneBot compatibility"
                                      : fmt::format("{}: conformance to {}", reports[0].target,
                                                    to_text(reports[0].profile));
    return fmt::format(
        "<!doctype html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport "
        "content=\"width=device-width,initial-scale=1\"><title>{0}</"
        "title><style>{1}:root{{--marks:{2}"
        "px}}</style></head><body><main><h1>{0}</h1><p class=sub>Checked by cqhttp-cli conformance "
        "against the numbered requirements of the specification.</p><div "
        "class=targets>{3}</div>{4}{5}"
        "{6}</main><script>{7}</script></body></html>\n",
        xml_escaped(title), html_assets::style, several ? reports.size() * 32 - 6 : 92, cards,
        overview + tools_html(reports), sections, legend_html(), html_assets::script);
}

}  // namespace cqhttp::conformance
