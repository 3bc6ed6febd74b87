#include <doctest/doctest.h>

#include "client.hpp"
#include "district.hpp"

using namespace hb::test;

TEST_CASE("static: index.html at the root and for the client's own paths, never cached blindly") {
  const auto port = district().port();
  for (const char* path : {"/", "/residents/12", "/deliveries", "/a/b/c"}) {
    const Answer answer = get(port, path);
    CAPTURE(path);
    CHECK(answer.status == 200);
    CHECK(answer.header("content-type") == "text/html; charset=utf-8");
    CHECK(answer.header("cache-control") == "no-cache");
    CHECK(answer.body.find("健康大脑") != std::string::npos);
  }
}

TEST_CASE(
    "static: assets are kept for a year, packed where the browser takes it, and checked by tag") {
  const auto port = district().port();
  const Answer plain = get(port, "/assets/app-1a2b.js");
  CHECK(plain.body == "console.log('plain')");
  CHECK(plain.header("content-type") == "text/javascript; charset=utf-8");
  CHECK(plain.header("cache-control") == "public, max-age=31536000, immutable");
  CHECK(plain.header("content-encoding").empty());
  const Answer packed =
      ask(port, "GET", "/assets/app-1a2b.js", {}, "Accept-Encoding: br, gzip\r\n");
  CHECK(packed.body == "packed");
  CHECK(packed.header("content-encoding") == "gzip");
  CHECK(packed.header("content-type") == "text/javascript; charset=utf-8");
  CHECK(packed.header("vary") == "Accept-Encoding");
  CHECK(ask(port, "GET", "/assets/app-1a2b.js", {}, "Accept-Encoding: gzip;q=0\r\n")
            .header("content-encoding")
            .empty());

  const Answer same = ask(port, "GET", "/assets/app-1a2b.js", {},
                          "If-None-Match: " + plain.header("etag") + "\r\n");
  CHECK(same.status == 304);
  CHECK(same.body.empty());
}

TEST_CASE("static: a file that is not there is 404; nothing outside the directory can be had") {
  const auto port = district().port();
  CHECK(get(port, "/missing.js").status == 404);
  CHECK(get(port, "/assets/none.css").status == 404);
  for (const char* path :
       {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
        "/assets/%2e%2e%2f%2e%2e%2fsecret.txt", "//secret.txt", "/.%2e/secret.txt"}) {
    CAPTURE(path);
    const Answer answer = get(port, path);
    CHECK((answer.status == 400 || answer.status == 404));
    CHECK(answer.body.find("not for the web") == std::string::npos);
  }
  CHECK(ask(port, "POST", "/").status == 405);
}
