// Room 2b, WHAT SHE COSTS: rates that people edit, and the costs that follow from them. The door of the room.
//
//   rates   per minute of a channel, per order, per unit, per year      cost   so far, and to come
//   activity_costing   what a minute of a team costs, and what of the team was not used
#ifndef VALOREM_SERVICE_HPP
#define VALOREM_SERVICE_HPP

#include <valorem/service/activity_costing.hpp>
#include <valorem/service/cost.hpp>
#include <valorem/service/rates.hpp>

#endif
