// Room 3, WHAT TO EXPECT FROM HER: models of purchases and spend, and what they say of one customer's future.
//
//   verbs           what every model answers                nbd             nobody leaves: the baseline
//   bg_nbd          leaves after a repeat purchase          mbg_nbd         or right after the first: the default
//   bg_bb           buys or not in each period, may leave   catalogue       all of them by name
//   bg_cnbd         as bg_nbd, but buys regularly           mbg_cnbd        as mbg_nbd, but buys regularly
//   pareto_nbd      leaves at any time                      gamma_gamma     what a purchase is worth
//   ggompertz_nbd   the same, by a hazard that changes
//   fit             parameters from data                    lifetime_value  prepare(model, spend, plan) -> desk
//   inference       how far off they may be                 saved_fit       what was fitted, as text
//   saved_model     models as text                          simulate        customers as each model imagines them
//   frequency_table expected and actual counts              tracking        expected and actual purchases through time
//   cohorts         early customers against late ones
//   penalty         priors for a fit                        posterior_draws models drawn from what the data leave open
//   predictive_interval  how many purchases, as an interval  bootstrap       what a fit finds in its own populations
//   covariates      what else is known of her moves them    fit_covariates  and by how much; saved_covariates: as text
//   posterior       what a history says of her own rates    spend_distribution  of her mean spend and next purchase
//
// and of contracts, whose end is seen: how long they last.
//
//   contract        what every model of contracts answers   shifted_beta_geometric  a constant chance to leave, her own
//   fit_contracts   parameters from counts or durations     beta_discrete_weibull   a chance that moves with time
//   kaplan_meier    survival without a model
#ifndef VALOREM_MODEL_HPP
#define VALOREM_MODEL_HPP

#include <valorem/model/beta_discrete_weibull.hpp>
#include <valorem/model/bg_bb.hpp>
#include <valorem/model/bg_cnbd.hpp>
#include <valorem/model/bg_nbd.hpp>
#include <valorem/model/bootstrap.hpp>
#include <valorem/model/catalogue.hpp>
#include <valorem/model/cohorts.hpp>
#include <valorem/model/columns.hpp>
#include <valorem/model/contract.hpp>
#include <valorem/model/covariates.hpp>
#include <valorem/model/fit.hpp>
#include <valorem/model/fit_contracts.hpp>
#include <valorem/model/fit_covariates.hpp>
#include <valorem/model/fitted_model.hpp>
#include <valorem/model/frequency_table.hpp>
#include <valorem/model/gamma_gamma.hpp>
#include <valorem/model/ggompertz_nbd.hpp>
#include <valorem/model/inference.hpp>
#include <valorem/model/kaplan_meier.hpp>
#include <valorem/model/lifetime_value.hpp>
#include <valorem/model/mbg_cnbd.hpp>
#include <valorem/model/mbg_nbd.hpp>
#include <valorem/model/nbd.hpp>
#include <valorem/model/pareto_nbd.hpp>
#include <valorem/model/penalty.hpp>
#include <valorem/model/posterior.hpp>
#include <valorem/model/posterior_draws.hpp>
#include <valorem/model/predictive_interval.hpp>
#include <valorem/model/saved_covariates.hpp>
#include <valorem/model/saved_fit.hpp>
#include <valorem/model/saved_model.hpp>
#include <valorem/model/shifted_beta_geometric.hpp>
#include <valorem/model/simulate.hpp>
#include <valorem/model/spend_distribution.hpp>
#include <valorem/model/tracking.hpp>
#include <valorem/model/verbs.hpp>

#endif
