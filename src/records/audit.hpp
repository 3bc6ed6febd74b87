#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "records/sqlite.hpp"
#include "records/store.hpp"

/// The audit as a hash chain: entry n carries SM3(hash of n−1 ‖ all fields of n). Who changes,
/// removes or inserts an entry would have to make all later hashes anew, and the anchors signed
/// over some of them say so to whoever does not hold the signing key.
namespace hb::records {

/// 32 bytes. Every field goes in with its length, so that no two entries are hashed alike.
/// former  hash of the entry before; for the first one digest of the store's id
std::string chained(std::string_view former, std::int64_t id, const Store::AuditEntry& entry);
std::string chain_start(std::string_view store_id);
/// What an anchor's signature covers.
std::string anchor_text(std::string_view store_id, std::int64_t id, std::string_view hash);

/// Appends entries to the chain and, every `anchor_every` entries, a signed anchor.
Result<void> append_audit(sqlite::Connection& connection, std::string_view store_id,
                          const crypto::Key* key, const std::vector<Store::AuditEntry>& entries);

/// Reads the chain from end to end, piece by piece, so that no long read keeps the write-ahead log
/// from being taken in.
Result<Store::AuditVerdict> verify_audit(sqlite::Connection& connection, std::string_view store_id,
                                         const crypto::Key* public_key,
                                         const Store::AuditProgress& progress = {});

/// The page of entries that `asked` asks for; its principal has been admitted.
Result<Store::AuditPage> search_audit(sqlite::Connection& connection,
                                      const Store::AuditQuery& asked);

}  // namespace hb::records
