#include "server/outcome.hpp"

#include <boost/json.hpp>

#include "core/check.hpp"
#include "records/health.hpp"

namespace hb::server {

namespace {

struct Outcome {
  ErrorCode code;
  int status;
  std::string_view name;
  std::string_view zh;  // said before the operator's English sentence has a Chinese one
};

constexpr Outcome outcomes[] = {
    {ErrorCode::invalid_input, 400, "invalid_input", "输入不符合要求，未作任何更改"},
    {ErrorCode::not_found, 404, "not_found", "没有找到所请求的内容"},
    {ErrorCode::conflict, 409, "conflict", "内容已被更改或已存在，请刷新后重试"},
    {ErrorCode::forbidden, 403, "forbidden", "没有访问此内容的权限"},
    {ErrorCode::unavailable, 503, "unavailable",
     "数据存储暂时无法使用，已接收的数据不受影响，请稍后重试"},
};

}  // namespace

Response refusal(int status, std::string_view code, const Localized& message,
                 std::string_view where) {
  boost::json::object error{
      {"code", code}, {"message", message.en}, {"messageZh", message.zh}, {"where", where}};
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = boost::json::serialize(boost::json::object{{"error", std::move(error)}});
  return response;
}

Response outcome(const Error& error) {
  if (records::is_disk_full(error))
    return refusal(507, "unavailable", {"磁盘已满，未作任何更改，请联系管理员", error.message},
                   error.where);
  for (const Outcome& known : outcomes) {
    if (known.code != error.code) continue;
    return refusal(known.status, known.name, {std::string(known.zh), error.message}, error.where);
  }
  HB_CHECK(!"every error code has an outcome");
  return {};
}

Response person_outcome(const Error& error) {
  if (error.code != ErrorCode::forbidden && error.code != ErrorCode::not_found)
    return outcome(error);
  return not_found({"此居民或该条记录", "such resident or record"});
}

Response bad_parameter(std::string_view name, const Localized& expectation) {
  const std::string where(name);
  return refusal(400, "invalid_input",
                 {"参数 " + where + " 应为" + expectation.zh, where + " must be " + expectation.en},
                 where);
}

Response not_found(const Localized& what) {
  return refusal(404, "not_found", {"没有找到" + what.zh, "there is no " + what.en});
}

}  // namespace hb::server
