"""What do the columns of each data set mean, and in which units are they?

Each table lists (name, unit) in the order of ``Dataset.inputs``' columns.
"""

Columns = tuple[tuple[str, str], ...]

DIGIT_NAMES = tuple("0123456789")
DIGITS: Columns = tuple((f"pixel_{row}_{column}", "dark pixels, 0 to 16") for row in range(8) for column in range(8))

ALEPH: Columns = (
    ("cTheta", "cosine of the polar angle"),
    ("phi", "radians"),
    ("prob_b", "b-jet measure from tracks and vertex"),
    ("spheri", "sphericity, -1 where unknown"),
    ("pt2rel", "squared transverse momentum to the jet axis"),
    ("multip", "relative multiplicity"),
    ("bqvjet", "measure of a detached vertex"),
    ("ptlrel", "GeV, -0.0003 where there is no lepton"),
    ("nnbjet", "output of ALEPH's own network"),
    ("isb", "1 = b-quark jet, 0 = other"),
)

DANISH: Columns = (
    ("postal_code", "Danish postal code"),
    ("is_apartment", "1 = a floor is given, 0 = house"),
    ("living_area", "m²"),
    ("plot_area", "m²"),
    ("year_built", "year"),
    ("basement_area", "m²"),
    ("attic_area", "m²"),
    ("business_area", "m²"),
    ("business_area_building", "m²"),
    ("taxation_value", "DKK"),
    ("taxation_value_plot", "DKK"),
    ("taxation_value_sum", "DKK"),
    ("school_distance", "m"),
    ("supermarket_distance", "m"),
    ("c20_6month", "%"),
)

CALIFORNIA: Columns = (
    ("longitude", "degrees"),
    ("latitude", "degrees"),
    ("housing_median_age", "years"),
    ("total_rooms", "count in the district"),
    ("total_bedrooms", "count in the district"),
    ("population", "count in the district"),
    ("households", "count in the district"),
    ("median_income", "10,000 USD"),
)

KING_COUNTY: Columns = (
    ("date", "days since the first sale"),
    ("bedrooms", "count"),
    ("bathrooms", "count"),
    ("sqft_living", "square feet"),
    ("sqft_lot", "square feet"),
    ("floors", "count"),
    ("waterfront", "1 = yes, 0 = no"),
    ("view", "0 to 4"),
    ("condition", "1 to 5"),
    ("grade", "1 to 13"),
    ("sqft_above", "square feet"),
    ("sqft_basement", "square feet"),
    ("yr_built", "year"),
    ("yr_renovated", "year, 0 = never"),
    ("zipcode", "US postal code"),
    ("lat", "degrees"),
    ("long", "degrees"),
    ("sqft_living15", "square feet, mean of the 15 nearest"),
    ("sqft_lot15", "square feet, mean of the 15 nearest"),
)

AMES: Columns = (
    ("MS SubClass", "label"),
    ("Lot Frontage", "feet"),
    ("Lot Area", "square feet"),
    ("Overall Qual", "1 to 10"),
    ("Overall Cond", "1 to 10"),
    ("Year Built", "year"),
    ("Year Remod/Add", "year"),
    ("Mas Vnr Area", "square feet"),
    ("BsmtFin SF 1", "square feet"),
    ("BsmtFin SF 2", "square feet"),
    ("Bsmt Unf SF", "square feet"),
    ("Total Bsmt SF", "square feet"),
    ("1st Flr SF", "square feet"),
    ("2nd Flr SF", "square feet"),
    ("Low Qual Fin SF", "square feet"),
    ("Gr Liv Area", "square feet"),
    ("Bsmt Full Bath", "count"),
    ("Bsmt Half Bath", "count"),
    ("Full Bath", "count"),
    ("Half Bath", "count"),
    ("Bedroom AbvGr", "count"),
    ("Kitchen AbvGr", "count"),
    ("TotRms AbvGrd", "count"),
    ("Fireplaces", "count"),
    ("Garage Yr Blt", "year"),
    ("Garage Cars", "count"),
    ("Garage Area", "square feet"),
    ("Wood Deck SF", "square feet"),
    ("Open Porch SF", "square feet"),
    ("Enclosed Porch", "square feet"),
    ("3Ssn Porch", "square feet"),
    ("Screen Porch", "square feet"),
    ("Pool Area", "square feet"),
    ("Misc Val", "USD"),
    ("Mo Sold", "month"),
    ("Yr Sold", "year"),
)
