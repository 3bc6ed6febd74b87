#pragma once
#include <cstdint>

namespace hb {

using Seq = std::int64_t;         ///< numbers resource versions, from 1; 0 = none
using BatchId = std::int64_t;     ///< numbers commits of the change feed, from 1; 0 = none
using DeliveryId = std::int64_t;  ///< numbers what arrived, from 1; 0 = none
using ResidentId = std::int64_t;  ///< a person here, from 1; 0 = none

}  // namespace hb
