#include <algorithm>
#include <deque>
#include <map>

#include "workflow/draw.hpp"

namespace hb::workflow {
namespace {

// Pixels.
constexpr int box_width = 212;
constexpr int line_height = 17;
constexpr int box_padding = 10;
constexpr int box_gap = 46;
constexpr int channel = 19;  ///< height of one line of moves between two rows
constexpr int lane = 14;     ///< width of one line of moves beside the rows
constexpr int margin = 28;

struct Box {
  const State* state;
  int rank = 0;
  int x = 0;
  int y = 0;
  int height = 0;
  std::vector<std::pair<std::string, const char*>> lines;  ///< text and its class
  int outs = 0;
  int ins = 0;
  int next_out = 0;
  int next_in = 0;
};

struct Line {
  Box* from;
  Box* to;
  std::string label;
  bool automatic;
  bool fork;
  bool beside() const { return to->rank != from->rank + 1; }
};

/// Width of a text of 12 pixels: Chinese signs are twice as wide as letters.
int width_of(std::string_view text) {
  int halves = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) halves += 1;
    if (byte >= 0xC0) halves += byte >= 0xE0 ? 2 : 1;
  }
  return halves * 13 / 2;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

class Drawing {
 public:
  Drawing(const Flow& flow, Language language) : flow_(flow), language_(language) {}

  std::string run() {
    boxes();
    rank();
    lines();
    place();
    std::string body;
    for (Line& line : lines_) body += draw(line);
    for (const Box& box : boxes_) body += draw(box);
    for (const std::string& label : labels_) body += label;
    return head() + body + "</svg>\n";
  }

 private:
  void boxes() {
    for (const State& state : flow_.states) {
      Box box{&state};
      box.lines.emplace_back(name_of(state.name, state.id, language_), "name");
      if (!state.owner.empty())
        box.lines.emplace_back(actor_words(flow_, state.owner, language_), "owner");
      for (const ClockRule& clock : state.clocks)
        box.lines.emplace_back("≤ " + duration_words(clock.within, language_), "clock");
      box.height = static_cast<int>(box.lines.size()) * line_height + 2 * box_padding;
      boxes_.push_back(std::move(box));
    }
    for (Box& box : boxes_) by_id_[box.state->id] = &box;
  }

  Box* box_of(const std::string& id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
  }

  std::vector<std::string> targets(const State& state) const {
    std::vector<std::string> list;
    for (const Move& move : state.moves) list.insert(list.end(), move.to.begin(), move.to.end());
    if (state.join != Join::none) list.push_back(state.join_to);
    return list;
  }

  /// Row of a state: its distance from the start; what is never reached stands in the last.
  void rank() {
    std::map<const Box*, bool> seen;
    std::deque<Box*> open;
    if (Box* first = box_of(flow_.first)) {
      open.push_back(first);
      seen[first] = true;
    }
    while (!open.empty()) {
      Box* box = open.front();
      open.pop_front();
      ranks_ = std::max(ranks_, box->rank + 1);
      for (const std::string& id : targets(*box->state)) {
        Box* to = box_of(id);
        if (to == nullptr || seen[to]) continue;
        seen[to] = true;
        to->rank = box->rank + 1;
        open.push_back(to);
      }
    }
    for (Box& box : boxes_)
      if (!seen[&box]) box.rank = ranks_;
    for (const Box& box : boxes_) ranks_ = std::max(ranks_, box.rank + 1);
  }

  void lines() {
    for (Box& box : boxes_) {
      const State& state = *box.state;
      for (const Move& move : state.moves)
        for (const std::string& id : move.to)
          if (Box* to = box_of(id))
            lines_.push_back({&box, to, name_of(move.name, move.id, language_), move.automatic(),
                              move.to.size() > 1});
      if (state.join == Join::none) continue;
      if (Box* to = box_of(state.join_to)) lines_.push_back({&box, to, "", true, false});
    }
    for (Line& line : lines_) {
      ++line.from->outs;
      ++line.to->ins;
    }
  }

  void place() {
    const auto ranks = static_cast<std::size_t>(ranks_);
    std::vector<std::vector<Box*>> rows(ranks);
    for (Box& box : boxes_) rows[static_cast<std::size_t>(box.rank)].push_back(&box);
    std::vector<int> channels(ranks + 1, 0);
    int lanes = 0;
    for (const Line& line : lines_) {
      ++channels[static_cast<std::size_t>(line.from->rank) + 1];
      if (line.beside()) {
        ++channels[static_cast<std::size_t>(line.to->rank)];
        ++lanes;
      }
    }
    std::size_t widest = 1;
    for (const auto& row : rows) widest = std::max(widest, row.size());
    inner_ = static_cast<int>(widest) * (box_width + box_gap) - box_gap;
    int y = margin + 40;
    for (std::size_t r = 0; r < ranks; ++r) {
      gap_y_.push_back(y + channel);
      y += channels[r] * channel + 2 * channel;
      const int row_width = static_cast<int>(rows[r].size()) * (box_width + box_gap) - box_gap;
      int x = margin + (inner_ - row_width) / 2;
      int height = 0;
      for (Box* box : rows[r]) {
        box->x = x;
        box->y = y;
        x += box_width + box_gap;
        height = std::max(height, box->height);
      }
      y += height;
    }
    gap_y_.push_back(y + channel);
    y += channels[ranks] * channel + 2 * channel;
    lane_x_ = margin + inner_ + 3 * lane;
    width_ = lane_x_ + (lanes + 1) * lane + margin;
    height_ = y + margin;
  }

  int take_channel(int gap) {
    int& y = gap_y_[static_cast<std::size_t>(gap)];
    y += channel;
    return y - channel;
  }

  static int port(const Box& box, int index, int count) {
    return box.x + (index + 1) * box_width / (count + 1);
  }

  std::string draw(Line& line) {
    const int x1 = port(*line.from, line.from->next_out++, line.from->outs);
    const int y1 = line.from->y + line.from->height;
    const int x2 = port(*line.to, line.to->next_in++, line.to->ins);
    const int out_y = take_channel(line.from->rank + 1);
    std::string path = "M" + at(x1, y1) + "V" + std::to_string(out_y);
    if (line.beside()) {
      const int in_y = take_channel(line.to->rank);
      path += "H" + std::to_string(lane_x_) + "V" + std::to_string(in_y);
      lane_x_ += lane;
    }
    path += "H" + std::to_string(x2) + "V" + std::to_string(line.to->y - 2);
    if (!line.label.empty()) {
      const int width = width_of(line.label) + 8;
      labels_.push_back("<rect class=\"back\" x=\"" + std::to_string(x1 - width / 2) + "\" y=\"" +
                        std::to_string(out_y - 8) + "\" width=\"" + std::to_string(width) +
                        "\" height=\"16\"/>" + text(x1, out_y + 4, "move", line.label));
    }
    const char* kind = line.fork ? "line fork" : line.automatic ? "line auto" : "line";
    return std::string("<path class=\"") + kind + "\" d=\"" + path + "\"/>\n";
  }

  std::string draw(const Box& box) const {
    const State& state = *box.state;
    std::string kind = "box";
    if (state.id == flow_.first) kind += " first";
    if (state.final) kind += state.cancelled ? " given-up" : " final";
    if (state.join != Join::none) kind += " join";
    std::string out = "<rect class=\"" + kind + "\" x=\"" + std::to_string(box.x) + "\" y=\"" +
                      std::to_string(box.y) + "\" width=\"" + std::to_string(box_width) +
                      "\" height=\"" + std::to_string(box.height) + "\" rx=\"6\"/>\n";
    int y = box.y + box_padding + 13;
    for (const auto& [words, style] : box.lines) {
      out += text(box.x + box_width / 2, y, style, words);
      y += line_height;
    }
    return out;
  }

  static std::string at(int x, int y) { return std::to_string(x) + "," + std::to_string(y); }

  static std::string text(int x, int y, std::string_view style, std::string_view words) {
    return "<text class=\"" + std::string(style) + "\" x=\"" + std::to_string(x) + "\" y=\"" +
           std::to_string(y) + "\">" + escaped(words) + "</text>\n";
  }

  std::string head() const {
    const std::string size =
        "width=\"" + std::to_string(width_) + "\" height=\"" + std::to_string(height_) + "\"";
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" " + size + " viewBox=\"0 0 " +
           std::to_string(width_) + " " + std::to_string(height_) +
           "\">\n"
           "<style>text{font:12px 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;"
           "text-anchor:middle;fill:#1f2a37}.title{font-size:16px;font-weight:600;text-anchor:"
           "start}"
           ".name{font-weight:600}.owner{fill:#52606d}.clock{fill:#b45309}.move{fill:#334e68}"
           ".box{fill:#eef4fb;stroke:#2f6db5}.first{stroke-width:2.5}.final{fill:#e6f4ea;"
           "stroke:#2e7d32;stroke-width:2}.given-up{fill:#f3f4f6;stroke:#6b7280}.join{fill:#fff7e6;"
           "stroke:#b45309}.line{fill:none;stroke:#7b8794;stroke-width:1.2;marker-end:url(#a)}"
           ".auto{stroke-dasharray:4 3}.fork{stroke-width:2}.back{fill:#fff}</style>\n"
           "<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
           "markerHeight=\"7\" orient=\"auto\"><path d=\"M0,0L8,4L0,8z\" "
           "fill=\"#7b8794\"/></marker>"
           "</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n" +
           text(margin, margin + 4, "title",
                name_of(flow_.title, flow_.id, language_) + " v" + std::to_string(flow_.version));
  }

  const Flow& flow_;
  const Language language_;
  std::deque<Box> boxes_;
  std::map<std::string, Box*> by_id_;
  std::deque<Line> lines_;
  std::vector<std::string> labels_;
  std::vector<int> gap_y_;  ///< next free line above each row, and below the last
  int ranks_ = 0;
  int inner_ = 0;
  int lane_x_ = 0;
  int width_ = 0;
  int height_ = 0;
};

}  // namespace

std::string draw_svg(const Flow& flow, Language language) { return Drawing(flow, language).run(); }

}  // namespace hb::workflow
