// Room 5, population: all of them together. The door of the room.
#ifndef VALOREM_POPULATION_HPP
#define VALOREM_POPULATION_HPP

#include <valorem/population/bands.hpp>
#include <valorem/population/by_band.hpp>
#include <valorem/population/concentration.hpp>
#include <valorem/population/correlation.hpp>
#include <valorem/population/fit_bands.hpp>
#include <valorem/population/forecast.hpp>
#include <valorem/population/moment_block.hpp>
#include <valorem/population/moments.hpp>
#include <valorem/population/quantile.hpp>

#endif
