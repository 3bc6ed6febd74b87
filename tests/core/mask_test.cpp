#include "core/mask.hpp"

#include <doctest/doctest.h>

using namespace hb;

TEST_CASE("mask_name: one character and one star, whatever the length") {
  CHECK(mask_name("张伟") == "张*");
  CHECK(mask_name(" 欧阳娜娜 ") == "欧*");
  CHECK(mask_name("Anna Smith") == "A*");
  CHECK(mask_name("𠮷野") == "𠮷*");  // four bytes in UTF-8
  CHECK(mask_name("").empty());
  CHECK(mask_name("  ").empty());
}

TEST_CASE("mask_identity: ends of long numbers, less of short ones") {
  CHECK(mask_identity("110101199003071234") == "1101**********1234");
  CHECK(mask_identity("11010119900307123X") == "1101**********123X");
  CHECK(mask_identity("110101900307123") == "1101*******7123");  // 15 characters, the old form
  CHECK(mask_identity("E12345678") == "E*******8");
  CHECK(mask_identity("12345") == "1***5");
  CHECK(mask_identity("1234") == "****");
  CHECK(mask_identity("").empty());
}

TEST_CASE("mask_phone: mobiles, land lines, short and other values") {
  CHECK(mask_phone("13812345678") == "138****5678");
  CHECK(mask_phone("+8613812345678") == "+86138****5678");
  CHECK(mask_phone("+86 138 1234 5678") == "+86 138 **** 5678");
  CHECK(mask_phone("0571-87654321") == "057*-****4321");  // 12 digits: three and four stay
  CHECK(mask_phone("87654321") == "******21");
  CHECK(mask_phone("120") == "***");
  CHECK(mask_phone("zhang@example.org") == "z***@example.org");
  CHECK(mask_phone("@example.org") == "***@example.org");
  CHECK(mask_phone("wx:zhang") == "********");
  CHECK(mask_phone("").empty());
}

TEST_CASE("mask_address: never below the street office") {
  CHECK(mask_address("杭州市临江区清水街道幸福路12号3幢201室") == "杭州市临江区清水街道***");
  CHECK(mask_address("临江区白塔镇东村8号") == "临江区白塔镇***");
  CHECK(mask_address("清水街道和平小区3幢") == "清水街道***");
  CHECK(mask_address("清水街道和平社区") == "清水街道***");
  CHECK(mask_address("临江区幸福路12号新乡楼") ==
        "临江区***");  // the 乡 stands behind a house number
  CHECK(mask_address("临江区中山街5号") == "临江区***");
  CHECK(mask_address("12 Harbour Road") == "***");
  CHECK(mask_address("").empty());
}
