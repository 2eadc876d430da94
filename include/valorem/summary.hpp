// Room 2, one customer in a few numbers. The door of the room.
#ifndef VALOREM_SUMMARY_HPP
#define VALOREM_SUMMARY_HPP

#include <valorem/summary/compress.hpp>
#include <valorem/summary/history.hpp>
#include <valorem/summary/measure_units.hpp>
#include <valorem/summary/summarise.hpp>

#endif
