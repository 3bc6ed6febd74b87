// Visits: without identity, mistyped, late, withdrawn, corrected, broken. Works on the text of a
// person's lines, because what refers to a visit was written before its fate is drawn.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "simulate/dirt.hpp"

namespace hb::simulate {
namespace {

enum class Fate : std::uint8_t {
  none,
  unknown,
  wrong_code,
  late,
  withdrawn,
  corrected,
  refused,
};

struct Visit {
  Fate fate = Fate::none;
  bool twin = false;  ///< belongs to the second record
  std::uint32_t variant = 0;
  int later = 0;  ///< days until delivered again, or at last
  Date day;
  bool done = false;  ///< the first measure has been corrected
};

constexpr std::array<Type, 7> spoilt_types = {
    Type::encounter, Type::condition,       Type::observation, Type::medication_request,
    Type::procedure, Type::service_request, Type::immunization};

std::size_t index(Type type) { return static_cast<std::size_t>(type); }

/// Replaces what stands between `before` and the next quotation mark. returns  what it was
std::string replace_value(std::string& line, std::string_view before, std::string_view with) {
  const std::size_t found = line.find(before);
  if (found == std::string::npos) return "";
  const std::size_t begin = found + before.size();
  const std::size_t end = line.find('"', begin);
  std::string former = line.substr(begin, end - begin);
  line.replace(begin, end - begin, with);
  return former;
}

void put_meta(std::string& line, bool version, Date updated) {
  const std::size_t after_id = line.find("\",", line.find(R"("id":")") + 6) + 2;
  line.insert(after_id, fmt::format(R"("meta":{{{}"lastUpdated":"{}T10:00:00+08:00"}},)",
                                    version ? R"("versionId":"2",)" : "", format_date(updated)));
}

/// A code as a hurried hand types it: without the dot, O for 0, or a small letter.
std::string mistyped(std::string code, std::uint32_t variant) {
  const std::size_t dot = code.find('.'), zero = code.find('0');
  if (variant % 3 == 0 && dot != std::string::npos)
    code.erase(dot, 1);
  else if (variant % 3 == 1 && zero != std::string::npos)
    code[zero] = 'O';
  else if (!code.empty() && code[0] >= 'A' && code[0] <= 'Z')
    code[0] = static_cast<char>(code[0] - 'A' + 'a');
  return code;
}

std::string mistyped_number(std::string number) {
  const std::size_t dot = number.find('.');
  if (dot == std::string::npos) return number + "0";
  number.erase(dot, 1);
  const std::size_t digit = number.find_first_not_of('0');
  return digit == std::string::npos ? "1" : number.substr(digit);
}

/// A line that no loader can take; the rest of the visit stays.
std::string broken(std::string line, std::uint32_t variant) {
  constexpr std::string_view status = R"("status":)";
  if (variant % 3 == 0)
    line.replace(line.find(status), status.size(), R"("state":)");
  else if (variant % 3 == 1)
    replace_value(line, R"("period":{"start":")", "2025-02-30T09:00:00+08:00");
  else
    line.resize(line.size() * 2 / 3);
  return line;
}

void withdraw(std::string& line) {
  constexpr std::string_view error = "entered-in-error";
  const std::size_t clinical = line.find(R"("clinicalStatus")");
  if (clinical == std::string::npos) {
    replace_value(line, R"("status":")", error);
    return;
  }
  line.erase(clinical, line.find(R"("verificationStatus")") - clinical);
  replace_value(line, R"(condition-ver-status","code":")", error);
}

/// The lines of one person, changed one by one.
class Spoiler {
 public:
  Spoiler(std::vector<Visit>& visits, std::uint32_t person, Date last, Batch& batch)
      : visits_(visits), number_(fmt::format("{:07}", person + 1)), last_(last), batch_(batch) {}

  void type(Type type, std::size_t from) {
    Text& text = batch_.lines[index(type)];
    const std::string section(text.view().substr(from));
    text.resize(from);
    out_ = &text;
    for (std::size_t at = 0; at < section.size();) {
      const std::size_t end = section.find('\n', at);
      std::string line = section.substr(at, end - at);
      at = end + 1;
      Visit* visit = visit_of(type, line);
      if (visit)
        spoil(type, *visit, std::move(line));
      else
        put(line);
    }
  }

 private:
  void put(const std::string& line) { out_->put(line, '\n'); }

  /// Of the line, when something happens to it.
  Visit* visit_of(Type type, const std::string& line) {
    const std::string key = type == Type::encounter
                                ? fmt::format(R"("id":"e{}-)", number_)
                                : fmt::format(R"("reference":"Encounter/e{}-)", number_);
    const std::size_t found = line.find(key);
    if (found == std::string::npos) return nullptr;
    std::size_t serial = 0;
    const char* begin = line.data() + found + key.size();
    std::from_chars(begin, line.data() + line.size(), serial);
    if (serial < 1 || serial > visits_.size()) return nullptr;
    serial_ = serial;
    Visit& visit = visits_[serial - 1];
    if (type == Type::encounter) {
      const std::size_t start = line.find(R"("period":{"start":")");
      if (const auto day = parse_date(line.substr(start + 19, 10))) visit.day = *day;
    }
    return visit.fate == Fate::none && !visit.twin ? nullptr : &visit;
  }

  void truth(Type type, const std::string& line, std::string_view error, std::string_view field,
             std::string_view right, std::string_view written) {
    const std::size_t id = line.find(R"("id":")") + 6;
    batch_.row(Truth::errors)
        .put(type_names[index(type)], ',',
             std::string_view(line).substr(id, line.find('"', id) - id), ',', error, ',', field,
             ',', right, ',', written, '\n');
  }

  void spoil(Type type, Visit& visit, std::string line) {
    const std::string person = fmt::format("Patient/p{}", number_);
    const std::size_t subject = line.find(person);
    if (visit.twin && subject != std::string::npos) line[subject + 8] = 'd';
    const Date later{visit.day.days + visit.later};
    switch (visit.fate) {
      case Fate::unknown:
        if (subject != std::string::npos)
          line.replace(subject, person.size(), fmt::format("Patient/u{}-{}", number_, serial_));
        break;
      case Fate::wrong_code:
        mistype(type, visit, line);
        break;
      case Fate::late:
        if (type == Type::encounter)
          truth(type, line, later > last_ ? "never-delivered" : "late", "", format_date(visit.day),
                later > last_ ? "" : format_date(later));
        if (later > last_) {
          --batch_.counts[index(type)];
          return;
        }
        put_meta(line, false, later);
        break;
      case Fate::withdrawn:
        withdrawn(type, visit, line);
        return;
      case Fate::corrected:
        if (type == Type::observation && !visit.done) correct(visit, line);
        break;
      case Fate::refused:
        if (type == Type::encounter) {
          batch_.refused.push_back(out_->size());
          truth(type, line, "refused", "", "", "");
          line = broken(std::move(line), visit.variant);
        }
        break;
      case Fate::none:
        break;
    }
    put(line);
  }

  void mistype(Type type, const Visit& visit, std::string& line) {
    constexpr std::string_view code = R"(sid/icd-10","code":")";
    if (type != Type::encounter && type != Type::condition) return;
    const std::size_t at = line.find(code);
    if (at == std::string::npos) return;
    const std::size_t begin = at + code.size();
    const std::string right = line.substr(begin, line.find('"', begin) - begin);
    const std::string written = mistyped(right, visit.variant);
    truth(type, line, "wrong-code", type == Type::encounter ? "reasonCode" : "code", right,
          written);
    replace_value(line, code, written);
  }

  void withdrawn(Type type, const Visit& visit, std::string& line) {
    put(line);
    const Date day{std::min(visit.day.days + visit.later, last_.days)};
    if (type == Type::encounter) truth(type, line, "withdrawn", "status", "", format_date(day));
    withdraw(line);
    put_meta(line, true, day);
    ++batch_.counts[index(type)];
    put(line);
  }

  void correct(Visit& visit, std::string& line) {
    constexpr std::string_view key = R"("valueQuantity":{"value":)";
    const std::size_t found = line.find(key);
    if (found == std::string::npos) return;
    visit.done = true;
    const std::size_t begin = found + key.size();
    const std::size_t end = line.find(',', begin);
    const std::string right = line.substr(begin, end - begin);
    const std::string written = mistyped_number(right);
    std::string first = line;
    first.replace(begin, end - begin, written);
    put(first);
    ++batch_.counts[index(Type::observation)];
    truth(Type::observation, line, "corrected", "valueQuantity", right, written);
    replace_value(line, R"("status":")", "corrected");
    put_meta(line, true, Date{std::min(visit.day.days + visit.later, last_.days)});
  }

  std::vector<Visit>& visits_;
  std::string number_;
  Date last_;
  Batch& batch_;
  Text* out_ = nullptr;
  std::size_t serial_ = 0;
};

}  // namespace

void Dirt::soil(std::uint32_t person, bool duplicated, const Mark& mark, Batch& batch) const {
  if (factor_ == 0) return;
  const auto count =
      static_cast<std::size_t>(batch.counts[index(Type::encounter)] - mark.encounters);
  std::vector<Visit> visits(count);
  Random random(seed_, stream::dirt + 3, person);
  const double shares[] = {dirt_.unknown,   dirt_.wrong_code, dirt_.late,
                           dirt_.withdrawn, dirt_.corrected,  dirt_.refused};
  bool any = false;
  for (std::size_t i = 0; i < count; ++i) {
    Visit& visit = visits[i];
    visit.twin = duplicated && random.chance(dirt_.duplicate_visits);
    double left = random.unit();
    for (std::size_t fate = 0; fate < std::size(shares) && visit.fate == Fate::none; ++fate) {
      if (left < shares[fate] * factor_) visit.fate = static_cast<Fate>(fate + 1);
      left -= shares[fate] * factor_;
    }
    any = any || visit.twin || visit.fate != Fate::none;
    if (visit.fate == Fate::none) continue;
    visit.variant = random.below(1 << 20);
    visit.later = visit.fate == Fate::late
                      ? 3 + static_cast<int>(random.exponential(dirt_.late_days))
                      : 1 + static_cast<int>(random.below(9));
    if (visit.fate != Fate::unknown) continue;
    visit.twin = false;
    const std::string id = fmt::format("u{:07}-{}", person + 1, i + 1);
    batch.row(Truth::unknown_visits)
        .put('e', Padded{person + 1u, 7}, '-', static_cast<int>(i + 1), ",p",
             Padded{person + 1u, 7}, ',', id, '\n');
    if (random.chance(dirt_.unknown_registered))
      batch.line(Type::patient)
          .put(
              R"({"resourceType":"Patient","id":")", id,
              R"(","meta":{"tag":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HTEST"}]},"active":true,"name":[{"text":")",
              dirt_.unknown_name, R"("}],"gender":"unknown"})", '\n');
  }
  if (!any) return;
  Spoiler spoiler(visits, person, last_, batch);
  for (const Type type : spoilt_types) spoiler.type(type, mark.sizes[index(type)]);
}

}  // namespace hb::simulate
