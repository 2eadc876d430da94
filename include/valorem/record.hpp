// Room 1, events: what happened, as columns that the caller owns. The door of the room.
#ifndef VALOREM_RECORD_HPP
#define VALOREM_RECORD_HPP

#include <valorem/record/calendar.hpp>
#include <valorem/record/calendar_text.hpp>
#include <valorem/record/contact.hpp>
#include <valorem/record/customer.hpp>
#include <valorem/record/date_order.hpp>
#include <valorem/record/read_text.hpp>
#include <valorem/record/row_report.hpp>
#include <valorem/record/text_column.hpp>
#include <valorem/record/transaction.hpp>

#endif
