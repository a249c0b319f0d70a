// What is pure about signing in: passwords, codes, cookies, and how often one may guess.
#include <catch2/catch.hpp>
#include <set>

#include "web/account.hpp"
#include "web/cookie.hpp"
#include "web/one_time_code.hpp"
#include "web/password.hpp"
#include "web/sign_in_limits.hpp"
#include "web/token.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;

namespace {

constexpr WallTime start{std::chrono::milliseconds{1'795'341'600'000}};

WallTime at(std::int64_t seconds) {
  return WallTime{std::chrono::seconds{seconds}};
}

}  // namespace

TEST_CASE("a password is kept as Argon2id, and checked as it was written") {
  const auto hash = hash_of_password("correct horse");
  CHECK(hash.starts_with("$argon2id$v=19$m=65536,"));
  CHECK(hash != hash_of_password("correct horse"));
  CHECK(is_password("correct horse", hash));
  CHECK_FALSE(is_password("Correct horse", hash));
  CHECK_FALSE(is_password("", hash));
  CHECK_FALSE(is_password("correct horse", ""));
  CHECK_FALSE(is_password("of nobody", ""));
}

TEST_CASE("a new password is long enough, and no name") {
  CHECK_FALSE(flaw_of_password("an apple a day", "ali"));
  CHECK_FALSE(flaw_of_password("سیب سرخ خوش", "ali"));
  CHECK(flaw_of_password("سیب سرخ", "ali"));  // nine characters, more octets
  CHECK(flaw_of_password("short", "ali"));
  CHECK(flaw_of_password("aaaaaaaaaaaaaaa", "bob"));
  CHECK(flaw_of_password("alexander1234", "alexander"));
  CHECK(flaw_of_password("my ALEXander 1234", "aleXander"));
  CHECK(flaw_of_password("an apple\ta day", "ali"));
  CHECK(flaw_of_password("an apple a day\x7F", "ali"));
  CHECK(flaw_of_password("an apple a \xE4nd day", "ali"));                 // ISO 8859-1
  CHECK(flaw_of_password("e\u0301e\u0301e\u0301e\u0301e\u0301e", "ali"));  // six characters
  CHECK(flaw_of_password(std::string(257, 'a') + "b", "bob"));
}

TEST_CASE("a password is the same, however a keyboard composes its characters") {
  const std::string composed = "caf\u00E9 \u1EC7 au lait";
  const std::string decomposed = "cafe\u0301 e\u0323\u0302 au lait";
  CHECK(is_password(decomposed, hash_of_password(composed)));
  CHECK(is_password(composed, hash_of_password(decomposed)));
  CHECK_FALSE(is_password("cafe e au lait", hash_of_password(composed)));
  CHECK_FALSE(is_password("caf\xE9", hash_of_password(composed)));
}

TEST_CASE("codes are those of RFC 6238, each counts once, and clocks may differ by a step") {
  const std::string secret = "12345678901234567890";  // appendix B, of which these are six digits
  CHECK(step_of_code(secret, "287082", 0, at(59)) == 1);
  CHECK(step_of_code(secret, "081804", 0, at(1'111'111'109)) == 37'037'036);
  CHECK(step_of_code(secret, "081 804", 0, at(1'111'111'109)) == 37'037'036);
  CHECK(step_of_code(secret, "353130", 0, at(20'000'000'000)) == 666'666'666);
  CHECK(step_of_code(secret, "287082", 0, at(89)) == 1);
  CHECK_FALSE(step_of_code(secret, "287082", 0, at(121)));
  CHECK_FALSE(step_of_code(secret, "287082", 1, at(59)));
  for (const auto* wrong : {"", "28708", "2870822", "28708x", "287083", "-28708"}) {
    INFO(wrong);
    CHECK_FALSE(step_of_code(secret, wrong, 0, at(59)));
  }
  const auto made = make_one_time_secret();
  CHECK(made.size() == one_time_secret_octets);
  CHECK(read_one_time_secret(shown_one_time_secret(made)) == made);
  CHECK_FALSE(read_one_time_secret("nonsense!"));
  CHECK_FALSE(read_one_time_secret("MFRGG"));
  CHECK(one_time_uri(secret, "modembank", "ali@shop") ==
        "otpauth://totp/modembank:ali%40shop?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=modembank");
}

TEST_CASE("a cookie is found by its whole name") {
  const std::string header = "a=1; modembank_session=abc; session=x=y;b=";
  CHECK(cookie(header, "modembank_session") == "abc");
  CHECK(cookie(header, "session") == "x=y");
  CHECK(cookie(header, "a") == "1");
  CHECK(cookie(header, "b") == "");
  CHECK(cookie(header, "modembank") == "");
  CHECK(cookie("", "a") == "");
  CHECK(set_cookie("a", "b", 60s, false) == "a=b; Path=/; HttpOnly; SameSite=Strict; Max-Age=60");
  CHECK_THAT(set_cookie("a", "b", 60s, true), Catch::EndsWith("; Secure"));
}

TEST_CASE("who guesses waits longer and longer, and nobody else does") {
  SignInLimits limits;
  const Guesser thief{"ali", "", "203.0.113.9"};
  const Guesser home{"ali", "", "198.51.100.1"};
  const Guesser known{"ali", "device-1", "203.0.113.9"};
  for (int i = 0; i < 4; ++i) {
    limits.failed(thief, start);
    CHECK_FALSE(limits.pause(thief, start));
  }
  limits.failed(thief, start);
  CHECK(limits.pause(thief, start) == 2s);
  CHECK_FALSE(limits.pause(thief, start + 2s));
  limits.failed(thief, start + 2s);
  CHECK(limits.pause(thief, start + 2s) == 4s);
  CHECK(limits.pause(thief, start - 1h) == 4s);  // the clock was set back
  CHECK_FALSE(limits.pause(thief, start - 1h + 4s));
  for (int i = 0; i < 100; ++i) limits.failed(thief, start);
  CHECK(limits.pause(thief, start) == SignInLimits::longest_pause);
  CHECK_FALSE(limits.pause(home, start));
  CHECK_FALSE(limits.pause(known, start));
  limits.failed(thief, start + 25h);  // forgotten
  CHECK_FALSE(limits.pause(thief, start + 25h));
  limits.succeeded(thief);
  CHECK(limits.guessers() == 0);
}

TEST_CASE("a network guesses thirty times, and then once a minute, whatever names it tries") {
  SignInLimits limits;
  const auto of = [](int number) { return Guesser{"n" + std::to_string(number), "", "192.0.2.1"}; };
  for (int i = 0; i < SignInLimits::guesses_of_network; ++i) {
    CHECK_FALSE(limits.pause(of(i), start));
    limits.failed(of(i), start);
  }
  CHECK(limits.pause(of(100), start) == 60s);
  // Whoever has an account there has not bought himself more by signing in.
  limits.succeeded(of(0));
  CHECK(limits.pause(of(0), start) == 60s);
  // Nobody else waits: who is known there, other networks, those behind a reverse proxy.
  CHECK_FALSE(limits.pause({"n1", "device-1", "192.0.2.1"}, start));
  CHECK_FALSE(limits.pause({"n1", "", "192.0.2.2"}, start));
  for (int i = 0; i < 100; ++i) limits.failed({"n" + std::to_string(i), "", ""}, start);
  CHECK_FALSE(limits.pause({"n100", "", ""}, start));
  // What waits already may fail too, and costs no more than all.
  for (int i = 0; i < 100; ++i) limits.failed(of(i), start);
  CHECK(limits.pause(of(200), start) == 60s);
  CHECK(limits.pause(of(200), start + 59s + 1ms) == 1s);
  CHECK_FALSE(limits.pause(of(200), start + 60s));
  limits.failed(of(200), start + 60s);
  CHECK(limits.pause(of(201), start - 24h) == 60s);  // the clock was set back
  CHECK_FALSE(limits.pause(of(201), start - 24h + 60s));
}

TEST_CASE("who has guessed often is not forgotten for thousands of fresh names and networks") {
  SignInLimits limits;
  const Guesser thief{"ali", "", "203.0.113.9"};
  for (int i = 0; i < SignInLimits::guesses_of_network; ++i) limits.failed(thief, start);
  const auto pause = limits.pause(thief, start + 1min);
  REQUIRE(pause);
  for (std::size_t i = 0; i < SignInLimits::most_guessers + 10; ++i) {
    const auto text = std::to_string(i);
    limits.failed({"name" + text, "", "network" + text}, start + 1min);
  }
  CHECK(limits.guessers() == SignInLimits::most_guessers);
  CHECK(limits.networks() == SignInLimits::most_networks);
  CHECK(limits.pause(thief, start + 1min) == pause);
  limits.failed({"other", "", "203.0.113.9"}, start + 1min);
  CHECK(limits.pause({"third", "", "203.0.113.9"}, start + 1min) == 60s);
}

TEST_CASE("nobody takes all places in which passwords wait to be looked at") {
  SignInPlaces places;
  const auto stranger = [](int network) {
    return Guesser{"ali", "", "network" + std::to_string(network)};
  };
  const auto takes = [&](const Guesser& guesser) {
    std::size_t taken = 0;
    while (taken < 100 && places.take(guesser)) ++taken;
    return taken;
  };
  CHECK(takes(stranger(1)) == SignInPlaces::of_one);
  CHECK(takes(stranger(2)) == SignInPlaces::of_one);
  CHECK(takes({"ali", "", ""}) == SignInPlaces::of_strangers - 2 * SignInPlaces::of_one);
  CHECK(takes(stranger(3)) == 0);
  CHECK(takes({"sara", "device-1", "network1"}) == SignInPlaces::of_one);
  CHECK(takes({"sara", "device-2", "network1"}) == 0);  // the same person
  places.leave(stranger(1));
  CHECK(takes(stranger(2)) == 0);
  CHECK(takes(stranger(3)) == 1);
  places.leave({"sara", "device-1", "network1"});
  CHECK(takes({"sara", "device-2", "network1"}) == 1);
}

TEST_CASE("names of users are plain") {
  for (const auto* good : {"a", "ali", "Ali.R", "ali@shop.example", "x-1_2"}) {
    CHECK(is_account_name(good));
  }
  for (const auto* bad : {"", " ali", "ali ", ".ali", "ali-", "علی", "a b", "a/b", "a\"b"}) {
    CHECK_FALSE(is_account_name(bad));
  }
  CHECK(is_account_name(std::string(64, 'a')));
  CHECK_FALSE(is_account_name(std::string(65, 'a')));
}

TEST_CASE("a page's token follows from the session's, and from no other") {
  const auto one = make_token();
  const auto other = make_token();
  CHECK(looks_like_token(csrf_token_of(one)));
  CHECK(csrf_token_of(one) == csrf_token_of(one));
  CHECK(csrf_token_of(one) != csrf_token_of(other));
  CHECK(csrf_token_of(one) != one);
  CHECK(signature_of("a", one) != signature_of("b", one));
}

}  // namespace bank::web::test
