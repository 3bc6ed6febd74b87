#include "server/faults.hpp"

#include <fmt/format.h>

#include "records/health.hpp"
#include "server/flows.hpp"
#include "server/notices.hpp"

namespace hb::server {

std::vector<StoreFault> faults_of(Services& services) {
  std::vector<StoreFault> faults;
  records::Store& store = services.hub.store();
  const records::Health& health = store.health();
  if (health.write_fault()) store.try_writing();
  if (const auto why = health.write_fault())
    faults.push_back({"records",
                      {records::is_disk_full(*why) ? "数据存储的磁盘已满，暂时不能写入，可继续查询"
                                                   : "数据存储暂时不能写入，可继续查询",
                       "nothing can be written: " + why->message},
                      true});
  if (const auto damage = health.damage())
    faults.push_back(
        {"records", {"数据存储已损坏，请从备份恢复", *damage + "; restore a backup"}, true});
  if (const auto lost = health.lost()) {
    const std::string range = std::to_string(lost->first) + "–" + std::to_string(lost->last);
    faults.push_back(
        {"records",
         {"提交 " + range + " 已丢失（日志末尾损坏或文件被替换），其余数据完整",
          "commits " + range +
              " were acknowledged and are not there any more: the end of the log was "
              "damaged, or an older file put in its place; what is before them is whole"},
         false});
  }
  if (const Result<BatchId> reached = std::as_const(services.hub).tables().reached(); !reached)
    faults.push_back({"tables",
                      {"统计表无法读取", "the tables cannot be read: " + reached.error().message},
                      true});
  if (const std::optional<Error> why = services.feed.fault())
    faults.push_back(
        {"tables", {"统计表暂时不能更新", "the tables do not follow: " + why->message}, true});
  for (const workflow::Fault& fault : services.flows->faults())
    faults.push_back({"flows",
                      {"流程文件有误，原版本继续运行：" + describe(fault),
                       "a flow file has a fault, what ran goes on: " + describe(fault)},
                      false});
  if (const std::optional<Error> why = services.flows->problem())
    faults.push_back(
        {"flows",
         {"流程的时钟或后续动作暂时不能进行", "clocks or effects of flows wait: " + why->message},
         false});
  Notices& notices = services.flows->notices();
  if (const std::optional<Error> why = notices.courier().fault())
    faults.push_back({"messages",
                      {"消息外发设置有误，原设置继续使用：" + why->where,
                       "the settings of messages have a fault, what ran goes on: " + why->where +
                           ": " + why->message},
                      false});
  if (const auto counts = notices.book().counts(); counts && !counts->last_fault.empty())
    faults.push_back(
        {"messages",
         {fmt::format("消息外发：{} 条待重试，{} 条已放弃", counts->waiting, counts->given_up),
          fmt::format("messages to the outside: {} wait, {} were given up: {}", counts->waiting,
                      counts->given_up, counts->last_fault)},
         false});
  return faults;
}

}  // namespace hb::server
