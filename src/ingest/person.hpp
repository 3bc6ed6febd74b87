#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fhir/parser.hpp"
#include "records/types.hpp"

namespace hb::ingest {

/// What the resident index keeps of a Patient: sex, birth date, area of the present address, death.
/// `id` and `seq` are left 0. Fields that are absent or partial (a birth year alone) stay empty.
records::Resident resident_from(const fhir::Resource& patient);

/// Words under which a Patient is found, folded: every run of a Han name (张小明: 张, 小, 明, 张小,
/// 小明, 张小明), its pinyin by syllable runs and initials (zhang, zhangxiao, …, zxm), prefixes of
/// other names from 2 letters, identifiers and telephone numbers in full.
std::vector<std::string> person_words(const fhir::Resource& patient);

/// A search line cut into words as person_words makes them: by white space, folded. All must match.
std::vector<std::string> query_words(std::string_view line);

}  // namespace hb::ingest
