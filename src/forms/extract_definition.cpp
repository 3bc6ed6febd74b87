#include "forms/extract_definition.hpp"

#include <boost/json.hpp>
#include <ranges>

#include "forms/definition_path.hpp"

namespace hb::forms {
namespace {

namespace json = boost::json;

struct Open {
  ResourceMaker maker;
  bool answered = false;  ///< given values alone make no resource
};

class Extractor {
 public:
  Extractor(const Questionnaire& form, Filled& filled) : form_(form), filled_(filled) {}

  Result<json::array> run() {
    const auto inside = [&]() -> Result<void> {
      if (Result<void> done = give(form_.given, filled_.root().json, true); !done) return done;
      return part(filled_.root());
    };
    if (Result<void> done = form_.makes.empty() ? inside() : made(form_.makes, inside); !done)
      return unexpected(done.error());
    return std::move(entries_);
  }

 private:
  /// Opens a resource, fills it, and keeps it when it got an answer.
  template <class Inside>
  Result<void> made(const std::string& type, const Inside& inside) {
    open_.push_back({ResourceMaker(type)});
    if (Result<void> done = inside(); !done) return done;
    Open done = std::move(open_.back());
    open_.pop_back();
    if (done.answered)
      entries_.push_back(json::object{{"resource", done.maker.take()},
                                      {"request", {{"method", "POST"}, {"url", type}}}});
    return {};
  }

  /// The innermost resource of the type that is being made; null: none.
  Open* open_of(const std::string& type) {
    for (Open& one : std::views::reverse(open_))
      if (one.maker.type() == type) return &one;
    return nullptr;
  }

  Result<void> give(const std::vector<GivenValue>& values, fhir::Json focus, bool is_root) {
    for (const GivenValue& one : values) {
      const auto place = definition_path(one.definition);
      Open* open = place ? open_of(place->type) : nullptr;
      if (open == nullptr) continue;
      std::vector<json::value> given{one.fixed};
      if (one.expression) {
        auto found = filled_.values(one.expression, focus, is_root);
        if (!found) return unexpected(found.error());
        given = std::move(*found);
      }
      for (const json::value& value : given)
        if (Result<void> done = open->maker.put(place->steps, value, {}); !done) return done;
    }
    return {};
  }

  Result<void> part(const Part& part) {
    for (const auto& node : part.nodes) {
      if (!filled_.enabled(*node->item, part)) continue;
      if (Result<void> done = this->node(*node); !done) return done;
    }
    return {};
  }

  Result<void> node(const Node& node) {
    if (node.item->type == ItemType::group) {
      const auto inside = [&] { return group(node); };
      return node.item->makes.empty() ? inside() : made(node.item->makes, inside);
    }
    for (std::size_t i = 0; i < node.answers.size(); ++i) {
      const auto inside = [&] { return answer(node, i); };
      if (Result<void> done = node.item->makes.empty() ? inside() : made(node.item->makes, inside);
          !done)
        return done;
    }
    return {};
  }

  Result<void> group(const Node& node) {
    const auto place = definition_path(node.item->definition);
    Open* open = place ? open_of(place->type) : nullptr;
    if (open != nullptr) open->maker.begin(place->steps);
    if (Result<void> done = give(node.item->given, node.json, false); !done) return done;
    for (const auto& inner : node.parts)
      if (Result<void> done = part(*inner); !done) return done;
    if (open != nullptr) open_of(place->type)->maker.end(place->steps);
    return {};
  }

  Result<void> answer(const Node& node, std::size_t at) {
    if (Result<void> done = give(node.item->given, node.json, false); !done) return done;
    const auto place = definition_path(node.item->definition);
    Open* open = place ? open_of(place->type) : nullptr;
    const json::value* value = value_of(*node.answers[at]);
    if (open != nullptr && value != nullptr) {
      if (Result<void> done = open->maker.put(place->steps, *value, node.item->units); !done)
        return fail(done.error().code, done.error().message, node.path);
      for (Open& one : open_) one.answered = true;
    }
    return at < node.parts.size() ? part(*node.parts[at]) : Result<void>();
  }

  const Questionnaire& form_;
  Filled& filled_;
  std::vector<Open> open_;
  json::array entries_;
};

}  // namespace

Result<json::array> extract_by_definition(const Questionnaire& form, Filled& filled) {
  return Extractor(form, filled).run();
}

}  // namespace hb::forms
