// The load generator of bench/fhir.sh: keep-alive connections on one thread, each with one request
// on its way, so that it takes as little as possible of the cores that it shares with the server.
//   bench_ask --url http://127.0.0.1:8080 --requests FILE [--connections 128] [--seconds 5]
//             [--warm 1] [--count N] [--expect TEXT] [--header "Name: value"]…
//   bench_ask --slow N --url …     N connections that send a byte now and then; held until stdin
//   ends bench_ask --fsync DIR          what one durable append of 4 KB takes there
// FILE: a request per line, "GET /path" or "POST /path<tab>body"; @N@ stands for a number that no
// other request of the run has, @RUN@ for one of the run. Prints one line of JSON.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Arguments {
  std::string host = "127.0.0.1";
  int port = 0;
  std::string requests, expect, headers, fsync_folder;
  int connections = 128;
  int slow = 0;
  double seconds = 5;
  double warm = 1;
  long count = 0;  ///< requests to measure; 0: as many as there is time for
};

[[noreturn]] void stop(const std::string& why) {
  std::fprintf(stderr, "bench_ask: %s\n", why.c_str());
  std::exit(2);
}

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--url") {
      const std::size_t host = value.find("//");
      const std::size_t colon = value.rfind(':');
      if (host == std::string::npos || colon < host + 2) stop("expected http://address:port");
      arguments.host = value.substr(host + 2, colon - host - 2);
      arguments.port = std::atoi(value.c_str() + colon + 1);
    } else if (name == "--requests") {
      arguments.requests = value;
    } else if (name == "--expect") {
      arguments.expect = value;
    } else if (name == "--header") {
      arguments.headers += value + "\r\n";
    } else if (name == "--connections") {
      arguments.connections = std::atoi(value.c_str());
    } else if (name == "--slow") {
      arguments.slow = std::atoi(value.c_str());
    } else if (name == "--seconds") {
      arguments.seconds = std::atof(value.c_str());
    } else if (name == "--warm") {
      arguments.warm = std::atof(value.c_str());
    } else if (name == "--count") {
      arguments.count = std::atol(value.c_str());
    } else if (name == "--fsync") {
      arguments.fsync_folder = value;
    } else {
      stop("unknown argument " + std::string(name));
    }
  }
  return arguments;
}

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// Requests as bytes, their bodies apart because of the length.
class Requests {
 public:
  explicit Requests(const Arguments& arguments) : headers_(arguments.headers) {
    std::ifstream file(arguments.requests);
    if (!file) stop("cannot read " + arguments.requests);
    for (std::string line; std::getline(file, line);)
      if (!line.empty()) lines_.push_back(line);
    if (lines_.empty()) stop("no requests in " + arguments.requests);
    run_ = std::to_string(Clock::now().time_since_epoch().count());
  }

  std::string next() {
    std::string line = lines_[number_ % lines_.size()];
    ++number_;
    if (line.find('@') != line.npos) {
      replace_all(line, "@N@", std::to_string(number_));
      replace_all(line, "@RUN@", run_);
    }
    const std::size_t tab = line.find('\t');
    std::string text = line.substr(0, tab) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers_;
    if (tab == line.npos) return text + "\r\n";
    const std::string_view body = std::string_view(line).substr(tab + 1);
    text += "Content-Type: application/fhir+json\r\nContent-Length: " + std::to_string(body.size());
    return text.append("\r\n\r\n").append(body);
  }

 private:
  std::vector<std::string> lines_;
  std::string headers_, run_;
  std::size_t number_ = 0;
};

int connect_to(const Arguments& arguments) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(arguments.port));
  inet_pton(AF_INET, arguments.host.c_str(), &address.sin_addr);
  if (socket < 0 || connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    stop(std::string("cannot connect: ") + std::strerror(errno));
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
  return socket;
}

struct Connection {
  int socket = -1;
  std::string out;
  std::size_t sent = 0;
  std::string in;
  Clock::time_point began;
};

/// Length of the first whole answer in the text; 0: not whole yet.
std::size_t answer_length(std::string_view text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == text.npos) return 0;
  constexpr std::string_view name = "content-length:";
  std::size_t length = 0;
  for (std::size_t at = 0; at < end; at = text.find("\r\n", at) + 2) {
    const std::string_view line = text.substr(at, name.size());
    if (line.size() == name.size() &&
        std::equal(line.begin(), line.end(), name.begin(),
                   [](char a, char b) { return std::tolower(a) == b; }))
      length = static_cast<std::size_t>(std::atol(text.data() + at + name.size()));
  }
  const std::size_t all = end + 4 + length;
  return text.size() >= all ? all : 0;
}

class Run {
 public:
  Run(const Arguments& arguments, Requests& requests)
      : arguments_(arguments), requests_(requests), poll_(epoll_create1(0)) {
    connections_.resize(static_cast<std::size_t>(arguments.connections));
    for (Connection& one : connections_) {
      one.socket = connect_to(arguments);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &one;
      epoll_ctl(poll_, EPOLL_CTL_ADD, one.socket, &event);
    }
  }

  void go() {
    const auto start = Clock::now();
    measured_from_ = start + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(arguments_.warm));
    const auto end = measured_from_ + std::chrono::duration_cast<Clock::duration>(
                                          std::chrono::duration<double>(arguments_.seconds));
    for (Connection& one : connections_) ask(one);
    std::vector<epoll_event> events(connections_.size());
    while (Clock::now() < end && !enough()) {
      const int ready = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < ready; ++i)
        hear(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
    const auto until = std::min(end, Clock::now());
    took_ = std::chrono::duration<double>(until - measured_from_).count();
  }

  void report() {
    std::ranges::sort(micros_);
    const auto quantile = [&](double part) {
      if (micros_.empty()) return 0.0;
      const auto at = static_cast<std::size_t>(part * static_cast<double>(micros_.size() - 1));
      return micros_[at] / 1000;
    };
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const double cpu = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                       static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    std::printf(
        "{\"requests\":%zu,\"rate\":%.0f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f,"
        "\"failed\":%ld,\"seconds\":%.2f,\"clientCpu\":%.2f,\"bytes\":%.0f}\n",
        micros_.size(), took_ > 0 ? static_cast<double>(micros_.size()) / took_ : 0, quantile(0.5),
        quantile(0.9), quantile(0.99), quantile(1), failed_, took_, cpu,
        micros_.empty() ? 0 : bytes_ / static_cast<double>(micros_.size()));
    if (!first_failure_.empty())
      std::fprintf(stderr, "bench_ask: first failure: %.600s\n", first_failure_.c_str());
  }

 private:
  bool enough() const {
    return arguments_.count > 0 && static_cast<long>(micros_.size()) >= arguments_.count;
  }

  void ask(Connection& one) {
    one.out = requests_.next();
    one.sent = 0;
    one.began = Clock::now();
    while (one.sent < one.out.size()) {  // loopback takes a request at once; if not, it soon will
      const ssize_t sent =
          send(one.socket, one.out.data() + one.sent, one.out.size() - one.sent, MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) stop(std::string("cannot send: ") + std::strerror(errno));
      if (sent > 0) one.sent += static_cast<std::size_t>(sent);
    }
  }

  void hear(Connection& one) {
    char piece[64 * 1024];
    const ssize_t got = recv(one.socket, piece, sizeof piece, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) stop("the server has closed a connection after: " + one.in.substr(0, 300));
    one.in.append(piece, static_cast<std::size_t>(got));
    const std::size_t length = answer_length(one.in);
    if (length == 0) return;
    judge(one, std::string_view(one.in).substr(0, length));
    one.in.erase(0, length);
    ask(one);
  }

  void judge(const Connection& one, std::string_view answer) {
    const auto now = Clock::now();
    const bool fine = answer.size() > 12 && answer[9] == '2' &&
                      (arguments_.expect.empty() || answer.find(arguments_.expect) != answer.npos);
    if (!fine) {
      ++failed_;
      if (first_failure_.empty())
        first_failure_ = one.out.substr(0, 200) + " → " + std::string(answer);
    }
    if (now < measured_from_) return;
    micros_.push_back(std::chrono::duration<double, std::micro>(now - one.began).count());
    bytes_ += static_cast<double>(answer.size());
  }

  const Arguments& arguments_;
  Requests& requests_;
  int poll_;
  std::vector<Connection> connections_;
  Clock::time_point measured_from_;
  double took_ = 0;
  std::vector<double> micros_;
  double bytes_ = 0;
  long failed_ = 0;
  std::string first_failure_;
};

/// Many connections that hold the server's attention and give it nothing: half a request each, a
/// letter more every second. Several addresses of loopback, for each has 64,000 ports only.
int hold_slow(const Arguments& arguments) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<int> sockets;
  for (int i = 0; i < arguments.slow; ++i) {
    sockets.push_back(connect_to(arguments));
    (void)!write(sockets.back(), "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ", 46);
  }
  std::printf("{\"slow\":%zu}\n", sockets.size());
  std::fflush(stdout);
  fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
  for (char letter = 0; read(0, &letter, 1) != 0;) {
    for (const int socket : sockets) (void)!send(socket, "a", 1, MSG_NOSIGNAL);
    sleep(1);
  }
  return 0;
}

/// One durable append after the other, as a commit does.
int measure_fsync(const std::string& folder) {
  const std::string path = folder + "/fsync-probe";
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  if (file < 0) stop("cannot write " + path);
  const std::string page(4096, 'x');
  std::vector<double> micros;
  for (int i = 0; i < 500; ++i) {
    const auto began = Clock::now();
    if (write(file, page.data(), page.size()) != 4096 || fdatasync(file) != 0) stop("disk");
    micros.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
  }
  close(file);
  unlink(path.c_str());
  std::ranges::sort(micros);
  std::printf("{\"p50\":%.3f,\"p99\":%.3f}\n", micros[250] / 1000, micros[495] / 1000);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = read_arguments(argc, argv);
  if (!arguments.fsync_folder.empty()) return measure_fsync(arguments.fsync_folder);
  if (arguments.port == 0) stop("--url is missing");
  if (arguments.slow > 0) return hold_slow(arguments);
  Requests requests(arguments);
  Run run(arguments, requests);
  run.go();
  run.report();
  return 0;
}
