#include "records/audit.hpp"

#include <algorithm>
#include <map>

#include "crypto/mac.hpp"

namespace hb::records {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::execute;
using sqlite::one_integer;
using sqlite::Query;

constexpr std::int64_t anchor_every = 1'000;
constexpr std::size_t most_faults = 100;
constexpr std::int64_t piece = 50'000;  // entries read in one go

void add_field(std::string& text, std::string_view field) {
  text.append(std::to_string(field.size())).append(":").append(field);
}

struct Head {
  std::int64_t id = 0;
  std::string hash;
};

/// The last entry; entries from before the chain have no hash.
Result<Head> read_head(Connection& connection, std::string_view store_id) {
  Query query(connection, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1");
  Head head{0, chain_start(store_id)};
  if (query.next()) {
    head.id = query.integer(0);
    if (!query.is_null(1)) head.hash = query.text(1);
  }
  if (!query.ok()) return unexpected(query.error());
  return head;
}

Result<void> anchor(Connection& connection, std::string_view store_id, const crypto::Key& key,
                    const Head& head, Instant at) {
  const std::string signature =
      key.sign(crypto::Signature::ed25519, anchor_text(store_id, head.id, head.hash));
  return execute(connection,
                 "INSERT INTO audit_anchor (id, at, hash, signature) VALUES (?1, ?2, ?3, ?4)",
                 head.id, at.micros, Blob{head.hash}, Blob{signature});
}

Store::AuditEntry entry_of(const Query& query) {
  return {Instant{query.integer(1)},
          query.text(2),
          query.text(3),
          query.text(4),
          query.text(5),
          query.text(6)};
}

/// Walks over the entries in order and keeps what does not fit.
class Verification {
 public:
  Verification(Connection& connection, std::string_view store_id, const crypto::Key* key)
      : connection_(connection), store_id_(store_id), key_(key), hash_(chain_start(store_id)) {}

  Result<Store::AuditVerdict> run(const Store::AuditProgress& progress) {
    const Result<std::int64_t> all =
        one_integer(connection_, 0, "SELECT id FROM audit ORDER BY id DESC LIMIT 1");
    if (!all) return unexpected(all.error());
    if (Result<void> read = read_anchors(); !read) return unexpected(read.error());
    while (true) {
      const Result<bool> more = read_piece();
      if (!more) return unexpected(more.error());
      if (progress && !progress(verdict_.entries, std::max(*all, verdict_.entries)))
        return fail(ErrorCode::unavailable, "the check of the audit was stopped");
      if (!*more) break;
    }
    for (const auto& [id, found] : anchors_)
      if (id > last_)
        fault("the entries after " + std::to_string(last_) + " are gone: an anchor names entry " +
              std::to_string(id));
    return std::move(verdict_);
  }

 private:
  /// returns  whether there may be more
  Result<bool> read_piece() {
    Query query(connection_,
                "SELECT id, at, account, purpose, action, what, source, hash FROM audit "
                "WHERE id > ?1 ORDER BY id LIMIT ?2",
                read_to_, piece);
    std::int64_t rows = 0;
    for (; query.next(); ++rows) {
      read_to_ = query.integer(0);
      visit(query);
    }
    if (!query.ok()) return unexpected(query.error());
    return rows == piece;
  }

  void fault(std::string sentence) {
    if (verdict_.faults.size() < most_faults) verdict_.faults.push_back(std::move(sentence));
  }

  Result<void> read_anchors() {
    Query query(connection_, "SELECT id, hash, signature FROM audit_anchor ORDER BY id");
    while (query.next()) {
      const std::int64_t id = query.integer(0);
      anchors_[id] = query.text(1);
      ++verdict_.anchors;
      if (key_ != nullptr && !key_->verify(crypto::Signature::ed25519,
                                           anchor_text(store_id_, id, anchors_[id]), query.text(2)))
        fault("the anchor of entry " + std::to_string(id) + " is not signed with this key");
    }
    return query.finished();
  }

  void visit(const Query& query) {
    const std::int64_t id = query.integer(0);
    const std::string name = "entry " + std::to_string(id);
    if (id != last_ + 1)
      fault(id == last_ + 2 ? "entry " + std::to_string(last_ + 1) + " is gone"
                            : "entries " + std::to_string(last_ + 1) + " to " +
                                  std::to_string(id - 1) + " are gone");
    last_ = id;
    ++verdict_.entries;
    if (query.is_null(7)) {
      if (chained_) fault(name + " has no hash: it was put in past the program");
      return;
    }
    chained_ = true;
    const std::string stored = query.text(7);
    if (chained(hash_, id, entry_of(query)) != stored)
      fault(name + " was changed, or put in, or the one before it was");
    if (const auto at = anchors_.find(id); at != anchors_.end() && at->second != stored)
      fault(name + " has another hash than its signed anchor");
    hash_ = stored;
  }

  Connection& connection_;
  std::string_view store_id_;
  const crypto::Key* key_;
  std::string hash_;
  std::int64_t last_ = 0;
  std::int64_t read_to_ = INT64_MIN;
  bool chained_ = false;
  std::map<std::int64_t, std::string> anchors_;
  Store::AuditVerdict verdict_;
};

}  // namespace

std::string chain_start(std::string_view store_id) {
  return crypto::digest(crypto::Hash::sm3, store_id);
}

std::string chained(std::string_view former, std::int64_t id, const Store::AuditEntry& entry) {
  std::string text;
  add_field(text, former);
  add_field(text, std::to_string(id));
  add_field(text, std::to_string(entry.at.micros));
  for (const std::string* field :
       {&entry.user, &entry.purpose, &entry.action, &entry.what, &entry.from})
    add_field(text, *field);
  return crypto::digest(crypto::Hash::sm3, text);
}

std::string anchor_text(std::string_view store_id, std::int64_t id, std::string_view hash) {
  std::string text = "audit";
  add_field(text, store_id);
  add_field(text, std::to_string(id));
  add_field(text, hash);
  return text;
}

Result<void> append_audit(Connection& connection, std::string_view store_id, const crypto::Key* key,
                          const std::vector<Store::AuditEntry>& entries) {
  Result<Head> head = read_head(connection, store_id);
  if (!head) return unexpected(head.error());
  for (const Store::AuditEntry& entry : entries) {
    ++head->id;
    head->hash = chained(head->hash, head->id, entry);
    Result<void> written =
        execute(connection,
                "INSERT INTO audit (id, at, account, purpose, action, what, source, hash) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                head->id, entry.at.micros, entry.user, entry.purpose, entry.action, entry.what,
                entry.from, Blob{head->hash});
    if (written && key != nullptr && head->id % anchor_every == 0)
      written = anchor(connection, store_id, *key, *head, entry.at);
    if (!written) return written;
  }
  return {};
}

Result<Store::AuditVerdict> verify_audit(Connection& connection, std::string_view store_id,
                                         const crypto::Key* public_key,
                                         const Store::AuditProgress& progress) {
  return Verification(connection, store_id, public_key).run(progress);
}

}  // namespace hb::records
