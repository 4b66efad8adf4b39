#pragma once

#include "cli/api_client.hpp"
#include "cli/console.hpp"
#include "cli/options.hpp"

#include <functional>
#include <istream>
#include <memory>

namespace cqhttp::cli {

using ClientMaker = std::function<Result<std::unique_ptr<ApiClient>>(const ApiTarget&)>;

// What a command works with. Lives in main, or in a test.
struct Context {
    Console& console;
    std::istream& input;  // standard input
    ClientMaker make_client = make_api_client;
    int input_descriptor = 0;  // the same, for commands that wait for other things as well
};

// Each returns the exit code of the program.
int run(const CallOptions& options, Context& context);
int run(const ActionsOptions& options, Context& context);
int run(const ListenOptions& options, Context& context);
int run(const ListenReverseOptions& options, Context& context);
int run(const FilterTestOptions& options, Context& context);
int run(const VerifySignatureOptions& options, Context& context);
int run(const InjectOptions& options, Context& context);
int run(const SandboxOptions& options, Context& context);
int run(const ReceivePostOptions& options, Context& context);
int run(const ConformanceOptions& options, Context& context);
int run(const BenchOptions& options, Context& context);
int run(const BenchCompareOptions& options, Context& context);

// `target` with the token of that file; unchanged where `token_file` is empty.
Result<ApiTarget> with_token_file(ApiTarget target, const std::string& token_file);

// The secret itself, or that of the file; the error names the file.
Result<Secret> read_secret(const SecretSource& source);

}  // namespace cqhttp::cli
