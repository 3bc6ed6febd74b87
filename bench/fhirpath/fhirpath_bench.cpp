// FHIRPath over parsed resources: bench_fhirpath EXPRESSIONS.txt RESOURCES.ndjson SECONDS
// Each line of EXPRESSIONS.txt is "Type<tab>expression". For each one the resources of its type are
// evaluated round and round for SECONDS; prints "expression<tab>evaluations/s<tab>items of a
// round". Resources are parsed and expressions compiled beforehand, and the items of each
// evaluation stand in a list, as in the peer (peer.mjs). Both count the CPU time of the thread that
// evaluates, so that other work on the machine counts for neither.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <fstream>
#include <map>
#include <string>

#include "fhir/fhirpath.hpp"

using namespace hb;

namespace {

/// A resource to be kept: its document is no larger than it needs.
struct Parsed {
  fhir::PaddedText text;
  simdjson::dom::document document;
  fhir::Resource resource;
  fhir::Value root;
};

std::map<std::string, std::deque<Parsed>, std::less<>> read(const char* path) {
  std::map<std::string, std::deque<Parsed>, std::less<>> by_type;
  std::ifstream in(path);
  fhir::Parser sniffer;
  simdjson::dom::parser parser;
  for (std::string line; std::getline(in, line);) {
    const fhir::PaddedText copy(line);
    const auto resource = sniffer.parse(copy.view());
    if (!resource) continue;
    Parsed& parsed = by_type[std::string(resource->type)].emplace_back();
    parsed.text.assign(line);
    const std::string_view text = parsed.text.view();
    const fhir::Json json =
        parser.parse_into_document(parsed.document, text.data(), text.size(), false).value();
    parsed.resource = *fhir::as_resource(json);
    parsed.resource.source = text;
    parsed.resource.beside = resource->beside;
    parsed.root = fhir::Evaluation::root(parsed.resource);
  }
  return by_type;
}

/// CPU time of this thread so far, s.
double cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::size_t round(const fhir::Expression& expression, fhir::Evaluation& evaluation,
                  const std::deque<Parsed>& resources, fhir::Collection& found) {
  std::size_t items = 0;
  for (const Parsed& parsed : resources) {
    evaluation.reset(parsed.resource, parsed.root);
    found.clear();
    const auto done = evaluation.each(expression, parsed.root, [&](const fhir::Value& value) {
      found.push_back(value);
      return true;
    });
    items += found.size();
    if (!done) {
      std::fprintf(stderr, "%s\n", done.error().message.c_str());
      std::exit(1);
    }
  }
  return items;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const auto resources = read(arguments[2]);
  const double wanted = std::atof(arguments[3]);
  std::ifstream expressions(arguments[1]);
  for (std::string line; std::getline(expressions, line);) {
    const auto tab = line.find('\t');
    const std::string type = line.substr(0, tab);
    auto expression = fhir::Expression::parse(line.substr(tab + 1));
    const auto found = resources.find(type);
    if (!expression || found == resources.end()) return 1;
    expression->bind(fhir::definitions::find_type(type));
    fhir::Evaluation evaluation;
    fhir::Collection list;
    const std::size_t items = round(*expression, evaluation, found->second, list);
    std::size_t rounds = 0;
    const double start = cpu_time();
    double took = 0;
    for (; took < wanted; took = cpu_time() - start, ++rounds)
      round(*expression, evaluation, found->second, list);
    std::printf("%s\t%.0f\t%zu\n", line.substr(tab + 1).c_str(),
                static_cast<double>(rounds * found->second.size()) / took, items);
  }
}
