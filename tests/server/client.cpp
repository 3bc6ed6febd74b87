#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

namespace hb::test {

boost::json::value Answer::json() const { return boost::json::parse(body); }

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

Connection::Connection(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)), port_(port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("the server does not answer");
}

Connection::~Connection() { close(socket_); }

void Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the peer closed: what it said can still be read
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Connection::fill(int milliseconds) {
  pollfd waiting{socket_, POLLIN, 0};
  if (poll(&waiting, 1, milliseconds) <= 0) return false;
  char piece[16384];
  const ssize_t read = recv(socket_, piece, sizeof piece, 0);
  if (read <= 0) return false;
  buffer_.append(piece, static_cast<std::size_t>(read));
  return true;
}

Answer Connection::read(bool has_body) {
  Answer answer;
  while (buffer_.find("\r\n\r\n") == std::string::npos)
    if (!fill(10'000)) return answer;
  const std::size_t end = buffer_.find("\r\n\r\n");
  const std::string head = buffer_.substr(0, end);
  buffer_.erase(0, end + 4);
  answer.status = std::stoi(head.substr(head.find(' ') + 1));
  for (std::size_t at = head.find("\r\n"); at != std::string::npos;
       at = head.find("\r\n", at + 2)) {
    const std::size_t colon = head.find(':', at);
    std::string name = head.substr(at + 2, colon - at - 2);
    for (char& letter : name) letter = static_cast<char>(std::tolower(letter));
    const std::size_t stop = head.find("\r\n", colon);
    answer.headers[name] =
        head.substr(colon + 2, stop == std::string::npos ? stop : stop - colon - 2);
  }
  if (has_body && answer.header("transfer-encoding") == "chunked") {
    answer.body = read_chunks();
    return answer;
  }
  const std::string length = answer.header("content-length");
  const std::size_t size = has_body && !length.empty() ? std::stoul(length) : 0;
  while (buffer_.size() < size)
    if (!fill(10'000)) break;
  answer.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return answer;
}

std::string Connection::read_chunks() {
  std::string body;
  for (;;) {
    while (buffer_.find("\r\n") == std::string::npos)
      if (!fill(10'000)) return "the body breaks off";
    const std::size_t end = buffer_.find("\r\n");
    const std::size_t size = std::stoul(buffer_.substr(0, end), nullptr, 16);
    while (buffer_.size() < end + 2 + size + 2)
      if (!fill(10'000)) return "the body breaks off";
    body += buffer_.substr(end + 2, size);
    buffer_.erase(0, end + 2 + size + 2);
    if (size == 0) return body;
  }
}

std::string Connection::read_until(std::string_view text, int milliseconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (buffer_.find(text) == std::string::npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !fill(static_cast<int>(left.count()))) break;
  }
  return buffer_;
}

bool Connection::ends(int milliseconds) {
  pollfd waiting{socket_, POLLIN, 0};
  while (poll(&waiting, 1, milliseconds) > 0) {
    char piece[4096];
    if (recv(socket_, piece, sizeof piece, 0) <= 0) return true;
  }
  return false;
}

Answer Connection::ask(std::string_view method, std::string_view target, std::string_view body,
                       std::string_view more_headers) {
  std::string request = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\n";
  if (more_headers.find("Host:") == more_headers.npos)
    request += "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n";
  request += std::string(more_headers);
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  send(request + "\r\n" + std::string(body));
  return read(method != "HEAD");
}

Answer ask(std::uint16_t port, std::string_view method, std::string_view target,
           std::string_view body, std::string_view more_headers) {
  return Connection(port).ask(method, target, body, more_headers);
}

Answer get(std::uint16_t port, std::string_view target) { return ask(port, "GET", target); }

}  // namespace hb::test
