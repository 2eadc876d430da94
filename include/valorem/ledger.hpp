// Room 4, ledger: what she returns per unit of care. The door of the room.
#ifndef VALOREM_LEDGER_HPP
#define VALOREM_LEDGER_HPP

#include <valorem/ledger/lifetime_ratio.hpp>  // over the periods of a relationship
#include <valorem/ledger/ratio.hpp>           // (R - C) / C, and the same ahead
#include <valorem/ledger/score.hpp>           // R - (1 + lambda) C, and where two customers change places

#endif
