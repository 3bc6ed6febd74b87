// The methods of `healthbrain stat`, what they read and an example of each.
#include "stats/sheet_method.hpp"

namespace hb::stats {
namespace {

constexpr OptionRule multiplier_option{"multiplier", OptionKind::number, "", "",
                                       "figure per this many; stands before a column multiplier"};
constexpr OptionRule group_option{"group", OptionKind::columns, "", "",
                                  "sum the rows that agree in these columns, then one figure each"};
constexpr OptionRule within_option{"within", OptionKind::columns, "", "",
                                   "areas that agree in these columns are compared"};
constexpr OptionRule under_reported_option{
    "under_reported",
    OptionKind::number,
    "",
    "0",
    "share of the deaths that nobody reported; a column of this name says it per row",
    0,
    0.99};
constexpr ColumnRule multiplier_column{"multiplier", "figure per this many (optional)"};
constexpr ColumnRule age_from_column{"age_from", "first age of the band (or: ageband)"};
constexpr ColumnRule ageband_column{"ageband", "name of the band, where there is no age_from"};
constexpr ColumnRule under_reported_column{"under_reported", "share not reported (optional)"};

// proportion, rate, mean
constexpr ColumnRule fraction_columns[] = {{"numerator", "people with the property, or events"},
                                           {"denominator", "people, person-years or births"},
                                           multiplier_column};
constexpr OptionRule fraction_options[] = {multiplier_option, group_option};
constexpr std::string_view proportion_input =
    "area,numerator,denominator,multiplier\nWest Bank,65,100,100\nHill Gate,0,20,100\n";
constexpr std::string_view rate_input =
    "area,numerator,denominator,multiplier\nWest Bank,65,98000,100000\nHill Gate,4,21000,100000\n";
constexpr ColumnRule mean_columns[] = {{"value", "one measured value per row"}};
constexpr std::string_view mean_input =
    "group,value\nWest Bank,30\nWest Bank,40\nWest Bank,50\nWest Bank,60\n";

// dsr, isr
constexpr ColumnRule dsr_columns[] = {
    age_from_column,
    ageband_column,
    {"count", "events; empty counts as 0"},
    {"pop", "people or person-years, above 0"},
    {"eventfreq", "events per person, where events are not independent (optional)"},
    {"persons", "instead of count: people with so many events"},
    multiplier_column};
constexpr OptionRule dsr_options[] = {
    {"standard", OptionKind::columns, "", "stdpop", "column with the standard population"},
    {"bands", OptionKind::whole, "", "", "age bands that every group must have", 1, 200},
    multiplier_option};
constexpr std::string_view dsr_input =
    "area,age_from,count,pop,stdpop\nWest Bank,0,5,5000,20\nWest Bank,15,12,9000,60\n"
    "West Bank,65,60,2500,20\n";
constexpr ColumnRule isr_columns[] = {age_from_column,
                                      ageband_column,
                                      {"count", "events; may stand in one row as a total"},
                                      {"pop", "people or person-years"},
                                      {"ref_count", "events of the reference"},
                                      {"ref_pop", "people of the reference, above 0"},
                                      multiplier_column};
constexpr OptionRule isr_options[] = {
    {"kind", OptionKind::word, "rate|ratio", "ratio", "observed/expected, or times the reference"},
    multiplier_option};
constexpr std::string_view isr_input =
    "area,age_from,count,pop,ref_count,ref_pop\nWest Bank,0,2,5000,400,900000\n"
    "West Bank,15,4,9000,700,1500000\nWest Bank,65,6,2500,900,400000\n";

// life tables
constexpr ColumnRule life_columns[] = {{"startage", "first age of the group: 0, 1, 5, 10 … 90"},
                                       {"pop", "person-years of the group"},
                                       {"deaths", "deaths in the same years"},
                                       under_reported_column};
constexpr OptionRule life_options[] = {
    {"open_from", OptionKind::whole, "", "90", "first age of the open last group", 10, 120},
    under_reported_option};
constexpr std::string_view life_input =
    "area,startage,pop,deaths\nWest Bank,0,7060,17\nWest Bank,1,35059,9\nWest Bank,5,46974,4\n"
    "West Bank,10,48489,8\nWest Bank,15,43219,20\nWest Bank,20,38561,15\nWest Bank,25,46009,24\n"
    "West Bank,30,57208,33\nWest Bank,35,61435,50\nWest Bank,40,55601,71\nWest Bank,45,50209,100\n"
    "West Bank,50,56416,163\nWest Bank,55,46411,263\nWest Bank,60,39820,304\n"
    "West Bank,65,37978,536\nWest Bank,70,37039,872\nWest Bank,75,33288,1390\n"
    "West Bank,80,23306,1605\nWest Bank,85,11936,1936\nWest Bank,90,11936,1937\n";
constexpr ColumnRule premature_columns[] = {
    {"age_from", "first age of the band: 30, 35 … 65; others are left out"},
    {"population", "people or person-years"},
    {"deaths", "deaths from the four groups of diseases"},
    under_reported_column};
constexpr OptionRule premature_options[] = {under_reported_option};
constexpr std::string_view premature_input =
    "area,age_from,population,deaths\nWest Bank,30,100000,80\nWest Bank,35,100000,120\n"
    "West Bank,40,100000,190\nWest Bank,45,100000,300\nWest Bank,50,100000,470\n"
    "West Bank,55,100000,740\nWest Bank,60,100000,1160\nWest Bank,65,100000,1820\n";

// trend
constexpr ColumnRule trend_columns[] = {{"kind", "proportion or rate (or --option kind)"},
                                        {"year", "time of the point"},
                                        {"numerator", "people with the property, or events"},
                                        {"denominator", "people, person-years or births"}};
constexpr OptionRule trend_options[] = {
    {"kind", OptionKind::word, "proportion|rate", "rate", "where there is no column kind"},
    {"least", OptionKind::whole, "", "5", "points below which nothing is tested", 3, 1000}};
constexpr std::string_view trend_input =
    "area,kind,year,numerator,denominator\nWest Bank,proportion,2021,50,1000\n"
    "West Bank,proportion,2022,55,1010\nWest Bank,proportion,2023,62,1000\n"
    "West Bank,proportion,2024,60,990\nWest Bank,proportion,2025,71,1005\n";

// quantiles
constexpr ColumnRule quantile_columns[] = {
    {"value", "figure of the area; empty: none"},
    {"nquantiles", "number of quantiles (or --option nquantiles)"},
    {"highest_first", "true: quantile 1 holds the highest values (or --option highest_first)"}};
constexpr OptionRule quantile_options[] = {
    {"nquantiles", OptionKind::whole, "", "5", "number of quantiles", 1, 1000},
    {"highest_first", OptionKind::word, "true|false", "true", "quantile 1 holds the highest"},
    within_option};
constexpr std::string_view quantile_input =
    "region,area,value,nquantiles,highest_first\nNorth,A,1.2,2,true\nNorth,B,3.4,2,true\n"
    "North,C,2.2,2,true\nNorth,D,0.7,2,true\n";

constexpr StatMethod methods[] = {
    {"proportion", "Proportions with Wilson's interval", fraction_columns, "", fraction_options,
     proportion_input, "", run_proportion},
    {"rate", "Crude rates: exact limits below 10 events, Byar's from 10 on", fraction_columns, "",
     fraction_options, rate_input, "", run_rate},
    {"mean", "Means with Student's interval", mean_columns, "sd,n", {}, mean_input, "", run_mean},
    {"dsr", "Directly standardised rates with Dobson's interval", dsr_columns,
     "standard,multiplier,total_count,total_pop,bands", dsr_options, dsr_input,
     "--option standard=stdpop", run_dsr},
    {"isr", "Indirectly standardised ratios and rates", isr_columns,
     "observed,expected,reference_rate", isr_options, isr_input, "--option kind=ratio", run_isr},
    {"life-expectancy", "Abridged life table: Chiang II with Silcocks' variance", life_columns,
     "pops_used,dths_used,open_group", life_options, life_input, "", run_life_expectancy},
    {"premature-mortality", "Probability of dying between 30 and 70 (30q70), in percent",
     premature_columns, "deaths_30_69", premature_options, premature_input, "",
     run_premature_mortality},
    {"trend", "Trend over periods: Cochran-Armitage, or Poisson score test", trend_columns,
     "chi_squared,p_value,slope,points,change", trend_options, trend_input, "", run_trend},
    {"quantiles", "Quantiles of areas by rank", quantile_columns, "expected_quantile,nquantiles",
     quantile_options, quantile_input, "", run_quantiles},
};

}  // namespace

std::span<const StatMethod> stat_methods() { return methods; }

}  // namespace hb::stats
