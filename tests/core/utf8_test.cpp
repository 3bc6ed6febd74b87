#include "core/utf8.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace hb;

TEST_CASE("is_utf8: well-formed sequences only") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain ASCII text, longer than eight"));
  CHECK(is_utf8("健康大脑 é \xF0\x9F\x98\x80"));
  CHECK_FALSE(is_utf8("\x80"));
  CHECK_FALSE(is_utf8("12345678\xE5\x81"));  // cut
  CHECK_FALSE(is_utf8("\xC0\xAF"));          // overlong
  CHECK_FALSE(is_utf8("\xE0\x80\xAF"));      // overlong
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  CHECK_FALSE(is_utf8("\xD5\xC5\xCE\xB0"));  // 张伟 in GB18030
}

TEST_CASE("gb18030_to_utf8: two and four bytes, and a refusal with its place") {
  CHECK(*gb18030_to_utf8("\xD5\xC5\xCE\xB0") == "张伟");
  CHECK(*gb18030_to_utf8("id,1\n") == "id,1\n");
  CHECK(*gb18030_to_utf8("\x81\x30\x81\x30") == "\xC2\x80");  // U+0080, first of four bytes
  const Result<std::string> broken = gb18030_to_utf8("ab\xD5\x20");
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().code == ErrorCode::invalid_input);
  CHECK_FALSE(gb18030_to_utf8("ab\xD5").has_value());  // cut in the middle of a character
}

TEST_CASE("gb18030_to_utf8: longer than the conversion buffer") {
  std::string bytes;
  std::string want;
  for (int i = 0; i < 100'000; ++i) {
    bytes += "\xD5\xC5";
    want += "张";
  }
  CHECK(*gb18030_to_utf8(bytes) == want);
}

TEST_CASE("pinyin: toneless syllables, letters kept") {
  CHECK(pinyin("张伟") == "zhang wei");
  CHECK(pinyin("欧阳娜娜") == "ou yang na na");
  CHECK(pinyin("李Anna") == "li anna");
  CHECK(pinyin("  Müller ") == "muller");
  CHECK(pinyin("") == "");
}

TEST_CASE("pinyin: the same from many threads") {
  std::vector<std::string> results(8);
  std::vector<std::thread> threads;
  for (std::string& result : results) {
    threads.emplace_back([&result] {
      for (int i = 0; i < 200; ++i) result = pinyin("王小明赵钱孙李周吴郑");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) {
    CHECK(result == "wang xiao ming zhao qian sun li zhou wu zheng");
  }
}

TEST_CASE("fold: full width, case and white space do not matter") {
  CHECK(fold("ＡＢc　１２ ") == "abc12");
  CHECK(fold("张　伟") == "张伟");
  CHECK(fold("\tO'Neil") == "o'neil");
}

TEST_CASE("next_code_point: one character after the other") {
  const std::string_view text = "a张\xF0\x9F\x98\x80";
  std::size_t position = 0;
  CHECK(next_code_point(text, position) == "a");
  CHECK(next_code_point(text, position) == "张");
  CHECK(next_code_point(text, position).size() == 4);
  CHECK(position == text.size());
  CHECK(next_code_point(text, position).empty());
}
