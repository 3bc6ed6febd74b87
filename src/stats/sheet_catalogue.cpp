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
    {"standard", OptionKind::columns, "", "stdpop",
     "column with the standard population, or china-2000, china-2010, who-2000-2025, "
     "european-2013, "
     "segi-world"},
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

// funnels, inequality
constexpr ColumnRule funnel_columns[] = {
    {"numerator", "people with the property, events, or events observed"},
    {"denominator", "people, person-years, or events expected"},
    {"kind", "the same word in all rows (or --option kind)"},
    {"rate",
     "standardised rate; the denominator then is multiplier × numerator / rate (optional)"}};
constexpr OptionRule funnel_options[] = {
    {"kind", OptionKind::word, "proportion|rate|dsr|ratio", "proportion",
     "dsr: a rate, not applicable below 10 events"},
    {"overdispersion", OptionKind::word, "none|additive", "none",
     "limits widened by the spread between areas (3 areas or more)"},
    multiplier_option,
    within_option};
constexpr std::string_view funnel_input =
    "area,numerator,denominator\nA,310,1000\nB,100,400\nC,640,2000\nD,390,1100\n";
constexpr ColumnRule inequality_columns[] = {
    {"quantile", "1 = most deprived, 2, 3 …"},
    {"population", "people of the quantile"},
    {"value", "figure of the quantile"},
    {"se", "its standard error, on the scale of its kind (optional)"},
    {"lower95", "instead of se: 95 % limits of the value"},
    {"upper95", ""},
    multiplier_column};
constexpr OptionRule inequality_options[] = {
    {"kind", OptionKind::word, "plain|rate|proportion", "plain", "scale on which values scatter"},
    {"transform", OptionKind::word, "true|false", "false", "fit the line on that scale"},
    {"repetitions", OptionKind::whole, "", "100000", "redrawn sets of values", 1000, 10'000'000},
    {"seed", OptionKind::whole, "", "1", "of the random numbers", 0, 4'294'967'295.0},
    multiplier_option};
constexpr std::string_view inequality_input =
    "area,quantile,population,value,lower95,upper95\nWest Bank,1,1000,70,69,71\n"
    "West Bank,2,1200,72,71,73\nWest Bank,3,900,73,72,74\nWest Bank,4,1100,75,74,76\n"
    "West Bank,5,800,77,76,78\n";

// mortality, pyll
constexpr ColumnRule mortality_columns[] = {
    {"deaths", "deaths of the kind"},
    {"live_births", "live births, above 0"},
    {"kind", "neonatal, infant, under5 or maternal (or --option kind)"},
    under_reported_column};
constexpr OptionRule mortality_options[] = {
    {"kind", OptionKind::word, "neonatal|infant|under5|maternal", "infant",
     "where there is no column kind"},
    {"multiplier", OptionKind::number, "", "", "1000 if not given, maternal 100000"},
    under_reported_option};
constexpr std::string_view mortality_input =
    "area,kind,deaths,live_births\nWest Bank,infant,7,4200\nWest Bank,under5,10,4200\n"
    "West Bank,maternal,0,4200\n";
constexpr ColumnRule pyll_columns[] = {{"age_from", "first age of the band"},
                                       {"age_to", "last age of the band (optional)"},
                                       {"deaths", "deaths of the band"},
                                       {"pop", "people or person-years"},
                                       under_reported_column,
                                       multiplier_column};
constexpr OptionRule pyll_options[] = {
    {"limit", OptionKind::number, "", "70", "age up to which years count", 1, 120},
    {"standard", OptionKind::columns, "", "", "column with a standard population: rate by it"},
    multiplier_option,
    under_reported_option};
constexpr std::string_view pyll_input =
    "area,age_from,deaths,pop\nWest Bank,0,6,7000\nWest Bank,5,3,30000\nWest Bank,20,20,60000\n"
    "West Bank,40,90,50000\nWest Bank,60,210,30000\nWest Bank,70,600,20000\n";

// series
constexpr ColumnRule series_columns[] = {{"year", "time of the point"},
                                         {"value", "figure of the point; empty: none"}};
constexpr std::string_view series_input =
    "area,year,value\nWest Bank,2020,5.1\nWest Bank,2021,5.4\nWest Bank,2022,5.3\n"
    "West Bank,2023,5.9\nWest Bank,2024,6.2\nWest Bank,2025,6.4\n";
constexpr ColumnRule joinpoint_columns[] = {
    {"year", "time of the point"},
    {"value", "rate, above 0"},
    {"se", "its standard error; all points then are weighted (optional)"},
    {"numerator", "instead of value: events"},
    {"denominator", "instead of value: people or person-years"}};
constexpr OptionRule joinpoint_options[] = {
    {"joins", OptionKind::whole, "", "3", "most joins", 0, 5},
    {"between", OptionKind::whole, "", "2", "points between two joins, at least", 1, 100},
    {"ends", OptionKind::whole, "", "2", "points between a join and an end, at least", 1, 100}};
constexpr std::string_view joinpoint_input =
    "area,year,value\nWest Bank,2016,20.1\nWest Bank,2017,21.9\nWest Bank,2018,24.3\n"
    "West Bank,2019,26.5\nWest Bank,2020,29.4\nWest Bank,2021,27.8\nWest Bank,2022,26.6\n"
    "West Bank,2023,25.1\nWest Bank,2024,23.9\nWest Bank,2025,22.8\n";
constexpr ColumnRule seasonal_columns[] = {
    {"period", "as text in order: 2025-01, 2025-02 … ; every period is there"},
    {"value", "figure of the period"}};
constexpr OptionRule seasonal_options[] = {
    {"cycle", OptionKind::whole, "", "12", "periods per cycle", 2, 366},
    {"model", OptionKind::word, "additive|multiplicative", "multiplicative", "how seasons act"}};
constexpr std::string_view seasonal_input =
    "area,period,value\nWest Bank,2023-Q1,10\nWest Bank,2023-Q2,20\nWest Bank,2023-Q3,30\n"
    "West Bank,2023-Q4,20\nWest Bank,2024-Q1,12\nWest Bank,2024-Q2,24\nWest Bank,2024-Q3,36\n"
    "West Bank,2024-Q4,24\n";

// survey, suppress
constexpr ColumnRule survey_columns[] = {
    {"value", "answer of the person; 0 or 1 for a proportion; empty: none"},
    {"weight", "people that the person stands for (optional)"},
    {"stratum", "stratum of the design (optional)"},
    {"cluster", "primary unit within the stratum (optional)"},
    {"stratum_clusters", "primary units that the stratum has in all (optional)"},
    {"base", "denominator of a ratio"}};
constexpr OptionRule survey_options[] = {
    {"kind", OptionKind::word, "mean|proportion|total|ratio", "mean", "what is estimated"},
    {"lonely", OptionKind::word, "refuse|certain|centre", "refuse",
     "a stratum with one primary unit: no figure, no spread, spread about the mean of all"},
    {"multiplier", OptionKind::number, "", "1", "figure per this many"}};
constexpr std::string_view survey_input =
    "sex,value,weight,stratum,cluster\nfemale,1,120,north,1\nfemale,0,120,north,1\n"
    "female,0,110,north,2\nfemale,1,110,north,2\nfemale,1,90,south,3\nfemale,0,90,south,3\n"
    "female,0,95,south,4\nfemale,0,95,south,4\n";
constexpr ColumnRule suppress_columns[] = {{"count", "persons; empty: none"}};
constexpr OptionRule suppress_options[] = {
    {"below", OptionKind::whole, "", "5", "counts from 1 to below − 1 are hidden", 2, 1000},
    {"secondary", OptionKind::word, "true|false", "true", "sums are known: hide further counts"},
    {"table", OptionKind::columns, "", "", "columns that name row and column of a table with sums"},
    {"within", OptionKind::columns, "", "", "rows that agree in these columns add up to a sum"}};
constexpr std::string_view suppress_input = "street,count\nA,40\nB,3\nC,7\n";

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
    {"mortality", "Neonatal, infant, under-five and maternal mortality", mortality_columns,
     "deaths,live_births,multiplier", mortality_options, mortality_input, "", run_mortality},
    {"pyll", "Potential years of life lost: rate per person below the limit", pyll_columns,
     "years,deaths,years_per_death,limit", pyll_options, pyll_input, "--option limit=70", run_pyll},
    {"trend", "Trend over periods: Cochran-Armitage, or Poisson score test", trend_columns,
     "chi_squared,p_value,slope,points,change", trend_options, trend_input, "", run_trend},
    {"mann-kendall",
     "Whether a series goes one way, and Sen's slope",
     series_columns,
     "tau,s,p_value,points,change",
     {},
     series_input,
     "",
     run_mann_kendall},
    {"joinpoint", "Annual percent change between joins chosen by BIC", joinpoint_columns,
     "segment,from_year,to_year,joins,bic", joinpoint_options, joinpoint_input, "--option joins=2",
     run_joinpoint},
    {"seasonal", "Seasonal adjustment by classical decomposition", seasonal_columns,
     "observed,trend,season,rest", seasonal_options, seasonal_input, "--option cycle=4",
     run_seasonal},
    {"quantiles", "Quantiles of areas by rank", quantile_columns, "expected_quantile,nquantiles",
     quantile_options, quantile_input, "", run_quantiles},
    {"funnel-limits", "Funnel limits of each area around the common baseline", funnel_columns,
     "baseline,areas,phi,tau_squared", funnel_options, funnel_input, "--option kind=proportion",
     run_funnel_limits},
    {"funnel-significance", "Whether each area lies outside the common baseline", funnel_columns,
     "significance,baseline,areas,phi,tau_squared", funnel_options, funnel_input,
     "--option kind=proportion", run_funnel_significance},
    {"sii", "Slope index of inequality", inequality_columns, "rii,intercept,quantiles",
     inequality_options, inequality_input, "--option seed=1", run_sii},
    {"rii", "Relative index of inequality", inequality_columns, "sii,intercept,quantiles",
     inequality_options, inequality_input, "--option seed=1", run_rii},
    {"survey", "Estimates from a sample with weights, strata and clusters", survey_columns,
     "se,design_effect,answers,weight,degrees", survey_options, survey_input,
     "--option kind=proportion", run_survey},
    {"suppress", "Small counts of persons hidden, so that sums do not give them back",
     suppress_columns, "", suppress_options, suppress_input, "--option below=5", run_suppress},
};

}  // namespace

std::span<const StatMethod> stat_methods() { return methods; }

}  // namespace hb::stats
