#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forms/forms.hpp"
#include "programmes/programme.hpp"

namespace hb::programmes {

/// A service that a visit does.
struct Chosen {
  const Programme* programme;
  const Service* service;
};

/// One form for all of them; what they share is asked once. errors  as forms::compose()
Result<std::string> visit_form(const Library& library, std::span<const Chosen> chosen);

/// Who was there, and what the visit is called.
struct VisitFacts {
  std::string patient;       ///< id
  std::string organization;  ///< id; may be empty
  std::string practitioner;  ///< id; may be empty
  std::string key;           ///< the same key gives the same ids: sent twice, it is there once
};

struct Visit {
  std::vector<forms::Issue> issues;    ///< errors of the answers: nothing was made
  std::vector<std::string> resources;  ///< JSON, each with its id: visits first
};

/// Checks the answers by the composed form and by each form alone, and makes what they say: for
/// each form a QuestionnaireResponse and what it extracts. What two forms say alike (a blood
/// pressure) is there once and belongs to no visit; what only one says belongs to its own visit, so
/// that who may not see that visit does not see it either.
/// errors  invalid_input: a form cannot be read with the others, an expression fails
Result<Visit> make_visit(const Library& library, std::span<const Chosen> chosen,
                         std::string_view response, const forms::Surrounding& around,
                         const VisitFacts& facts);

}  // namespace hb::programmes
