#pragma once
// Internal to listener.cpp and session.cpp.
#include <memory>
#include <utility>

#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>

namespace hb::server {

/// A connection with timeouts, in the clear or under TLS; one type, so that what reads and writes
/// HTTP is compiled once.
class Stream {
 public:
  using Plain = boost::beast::tcp_stream;
  using Secure = boost::asio::ssl::stream<Plain&>;
  using executor_type = Plain::executor_type;

  Stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls)
      : plain_(std::move(socket)),
        secure_(tls ? std::make_unique<Secure>(plain_, *tls) : nullptr) {}

  executor_type get_executor() { return plain_.get_executor(); }
  boost::asio::ip::tcp::socket& socket() { return plain_.socket(); }
  Plain& plain() { return plain_; }
  /// Null: in the clear.
  Secure* secure() { return secure_.get(); }
  template <class Duration>
  void expires_after(Duration duration) {
    plain_.expires_after(duration);
  }
  void expires_never() { plain_.expires_never(); }
  void close() { plain_.close(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, Done>(
        [this](auto handler, const Buffers& into) {
          if (secure_)
            secure_->async_read_some(into, std::move(handler));
          else
            plain_.async_read_some(into, std::move(handler));
        },
        token, buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, Done>(
        [this](auto handler, const Buffers& from) {
          if (secure_)
            secure_->async_write_some(from, std::move(handler));
          else
            plain_.async_write_some(from, std::move(handler));
        },
        token, buffers);
  }

 private:
  using Done = void(boost::system::error_code, std::size_t);
  Plain plain_;
  std::unique_ptr<Secure> secure_;
};

}  // namespace hb::server
