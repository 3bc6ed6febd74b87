#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "signals/kept.hpp"

namespace hb::signals {

/// Why a former signal is comparable.
enum class Likeness : std::uint8_t {
  place,    ///< the same school, hospital … of the same area
  disease,  ///< the same disease
  area,     ///< the same area
  streams,  ///< the same streams spoke
  season,   ///< within four weeks of the same day of an earlier year
};
std::string_view likeness_word(Likeness likeness);

/// A former signal and everything that makes it comparable, the weightiest first.
struct Comparable {
  const Kept* kept;
  std::vector<Likeness> why;
};

/// Former signals that are of the same disease, of the same place or of the same streams, most
/// alike first, of equally alike ones the newest.
///
/// all      what the reader may see; the signal itself, later ones and, in its area, those of its
/// place
///          or disease in the three weeks before (the same episode) are left out
std::vector<Comparable> comparable(const Kept& signal, std::span<const Kept> all, std::size_t most);

}  // namespace hb::signals
