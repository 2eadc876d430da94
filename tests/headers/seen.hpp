// What the second file saw of entities that the whole program must share.
#ifndef VALOREM_TESTS_HEADERS_SEEN_HPP
#define VALOREM_TESTS_HEADERS_SEEN_HPP

const void* version_seen_by_second();
auto gravest_seen_by_second() -> valorem::status (*)(valorem::status, valorem::status) noexcept;

#endif
