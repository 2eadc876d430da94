// Room 7, tiers: who is a VIP, by which rule, and what is missing. The door of the room.
#ifndef VALOREM_TIER_HPP
#define VALOREM_TIER_HPP

#include <valorem/tier/corner.hpp>
#include <valorem/tier/engine.hpp>
#include <valorem/tier/explain.hpp>
#include <valorem/tier/parse.hpp>
#include <valorem/tier/program.hpp>
#include <valorem/tier/text.hpp>

#endif
