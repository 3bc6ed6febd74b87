#include <algorithm>
#include <iterator>

#include "records/packed_id.hpp"
#include "records/tokens.hpp"
#include "records/writer.hpp"

/// The part of Writer that keeps the resident index.
namespace hb::records {
namespace {

using sqlite::Blob;
using sqlite::execute;
using sqlite::Query;

std::optional<std::int64_t> day_of(const std::optional<Date>& date) {
  if (!date) return std::nullopt;
  return date->days;
}

}  // namespace

Result<void> Writer::write_residents(const WriteSet& set, const PreparedSet& prepared,
                                     const Receipt& receipt) {
  for (std::size_t i = 0; i < set.residents.size(); ++i) {
    const ResidentChange& change = set.residents[i];
    Resident resident = change.resident;
    if (change.resource != ResidentChange::no_resource) {
      resident.seq = receipt.seqs[change.resource];
      if (resident.seq == 0) continue;  // the same Patient again says nothing new
    }
    const Result<bool> written = write_resident(resident, prepared.resident_keys[i]);
    if (!written) return unexpected(written.error());
    if (!*written) continue;
    effects_.changed.emplace_back(prepared.resident_keys[i], resident);
    if (prepared.tokens[i].empty() && resident.provisional) continue;
    const Result<void> words = write_words(resident.id, prepared.tokens[i], receipt.batch);
    if (!words) return words;
  }
  return {};
}

/// returns  false when a row that knows more stands already
Result<bool> Writer::write_resident(const Resident& resident, std::int64_t key) {
  const std::string packed = pack_id(resident.patient_id);
  const Result<void> written = execute(
      connection_,
      "INSERT INTO resident (id, patient_key, patient_id, provisional, sex, birth_day, area, "
      "death_day, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
      "ON CONFLICT (id) DO UPDATE SET provisional = excluded.provisional, sex = excluded.sex, "
      "birth_day = excluded.birth_day, area = excluded.area, death_day = excluded.death_day, "
      "seq = excluded.seq WHERE excluded.provisional = 0 OR excluded.seq > 0 "
      "OR (resident.provisional = 1 AND resident.seq > 0)",
      resident.id, key, Blob{packed}, resident.provisional, resident.sex,
      day_of(resident.birth_date), resident.area, day_of(resident.deceased), resident.seq);
  if (!written) return unexpected(written.error());
  if (connection_.changes() == 0) return false;
  if (engine_.bulk) {
    effects_.patients.push_back({key, resident.id});
    return true;
  }
  const Result<void> indexed = execute(
      connection_, "INSERT OR IGNORE INTO patient_index (patient_key, resident) VALUES (?1, ?2)",
      key, resident.id);
  if (!indexed) return unexpected(indexed.error());
  return true;
}

Result<void> Writer::write_words(ResidentId resident, const std::vector<std::int64_t>& tokens,
                                 BatchId batch) {
  std::vector<std::int64_t> former;
  {
    Query query(connection_, "SELECT tokens FROM resident_words WHERE resident = ?1", resident);
    if (query.next()) former = unpack_tokens(query.bytes(0));
    if (!query.ok()) return unexpected(query.error());
  }
  if (former == tokens) return {};
  const std::string packed = pack_tokens(tokens);
  Result<void> written = execute(
      connection_,
      "INSERT INTO resident_words (resident, batch, tokens) VALUES (?1, ?2, ?3) "
      "ON CONFLICT (resident) DO UPDATE SET batch = excluded.batch, tokens = excluded.tokens",
      resident, batch, Blob{packed});
  std::vector<std::int64_t> added;
  std::vector<std::int64_t> dropped;
  std::set_difference(tokens.begin(), tokens.end(), former.begin(), former.end(),
                      std::back_inserter(added));
  std::set_difference(former.begin(), former.end(), tokens.begin(), tokens.end(),
                      std::back_inserter(dropped));
  for (const auto* changed : {&added, &dropped})
    effects_.words.insert(effects_.words.end(), changed->begin(), changed->end());
  for (const std::int64_t token : added) {
    if (engine_.bulk) {
      effects_.tokens.push_back({token, resident});
    } else if (written) {
      written = execute(connection_,
                        "INSERT OR IGNORE INTO token_index (token, resident) VALUES (?1, ?2)",
                        token, resident);
    }
  }
  for (const std::int64_t token : dropped) {
    if (engine_.bulk) suspect_tokens_.push_back({token, resident});
    if (written) {
      written = execute(connection_, "DELETE FROM token_index WHERE token = ?1 AND resident = ?2",
                        token, resident);
    }
  }
  return written;
}

}  // namespace hb::records
