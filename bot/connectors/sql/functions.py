"""The functions that only read, by the names that the databases know, in lower case.

A function is listed if it computes from its arguments or tells about tables that a query may read
anyway. Left out is what writes, waits, locks, reads files or settings, opens connections, takes
another query as text, or sends a sequence on. What is not listed is refused.
"""

from __future__ import annotations

from bot.connectors.sql.dialects import Dialect

_EVERYWHERE = """
    abs acos asin atan atan2 avg ceil ceiling coalesce concat concat_ws cos count dense_rank
    cume_dist degrees exp first_value floor greatest if ifnull lag last_value lead least left
    length ln log lower ltrim max min mod nth_value ntile nullif percent_rank pi position pow
    power radians rank replace reverse right round row_number rtrim sign sin sqrt substr
    substring sum tan trim upper cast
""".split()

_POSTGRES = """
    acosd acosh age any_value array_agg array_append array_cat array_dims array_length
    array_lower array_ndims array_position array_positions array_prepend array_remove
    array_replace array_to_json array_to_string array_upper ascii asind asinh atan2d atand atanh
    bit_and bit_length bit_or bit_xor bool_and bool_or btrim cardinality cbrt char_length
    character_length chr clock_timestamp convert_from convert_to corr cosd cosh cot cotd
    covar_pop covar_samp current_catalog current_database current_schema current_schemas
    current_user date_bin date_part date_trunc decode div encode every extract factorial format
    gcd generate_series generate_subscripts get_bit get_byte grouping host initcap isempty
    isfinite json_agg json_array_elements json_array_elements_text json_array_length
    json_build_array json_build_object json_each json_each_text json_extract_path
    json_extract_path_text json_object json_object_agg json_object_keys json_populate_record
    json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof
    jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length
    jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
    jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys
    jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array
    jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_to_record
    jsonb_to_recordset jsonb_typeof justify_days justify_hours justify_interval lcm log10
    lower_inc lower_inf lpad make_date make_interval make_time make_timestamp make_timestamptz
    masklen md5 min_scale mode netmask network now num_nonnulls num_nulls numnode octet_length
    overlay parse_ident percentile_cont percentile_disc phraseto_tsquery plainto_tsquery
    quote_ident quote_literal quote_nullable random range_agg range_merge regexp_count
    regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
    regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count regr_intercept regr_r2
    regr_slope regr_sxx regr_sxy regr_syy repeat rpad row row_to_json scale session_user
    setweight sha224 sha256 sha384 sha512 similarity sind sinh split_part starts_with
    statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array string_to_table
    strip strpos tand tanh text timeofday to_ascii to_char to_date to_hex to_json to_jsonb
    to_number to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim_array
    trim_scale trunc ts_headline ts_rank ts_rank_cd tsvector_to_array unaccent unnest upper_inc
    upper_inf var_pop var_samp variance version websearch_to_tsquery width_bucket
    word_similarity daterange int4range int8range numrange tsrange tstzrange family abbrev
    broadcast hostmask st_area st_asgeojson st_astext st_contains st_distance st_dwithin
    st_geomfromtext st_intersects st_length st_makepoint st_point st_setsrid st_transform
    st_within st_x st_y time_bucket time_bucket_gapfill col_description format_type
    obj_description pg_column_size pg_database_size pg_get_constraintdef pg_get_expr
    pg_get_indexdef pg_get_userbyid pg_get_viewdef pg_indexes_size pg_is_in_recovery
    pg_postmaster_start_time pg_relation_size pg_size_pretty pg_table_size
    pg_total_relation_size pg_typeof shobj_description to_regclass to_regtype
    has_schema_privilege has_table_privilege gen_random_uuid
""".split()

_MYSQL = """
    adddate addtime against any_value ascii bin bin_to_uuid bit_and bit_count bit_length bit_or
    bit_xor char char_length character_length charset coercibility collation conv convert
    convert_tz cot crc32 curdate current_date current_time current_timestamp current_user
    curtime database date date_add date_format date_sub datediff day dayname dayofmonth
    dayofweek dayofyear elt export_set extract field find_in_set format format_bytes from_base64
    from_days from_unixtime get_format group_concat grouping hex hour inet6_aton inet6_ntoa
    inet_aton inet_ntoa insert instr interval is_ipv4 is_ipv6 is_uuid isnull json_array
    json_array_append json_array_insert json_arrayagg json_contains json_contains_path
    json_depth json_detailed json_exists json_extract json_insert json_keys json_length
    json_merge_patch json_merge_preserve json_object json_objectagg json_overlaps json_pretty
    json_query json_quote json_remove json_replace json_search json_set json_table json_type
    json_unquote json_valid json_value last_day lcase localtime localtimestamp locate log10 log2
    lpad make_set makedate maketime match md5 median microsecond mid minute month monthname now
    nullif oct octet_length ord percentile_cont percentile_disc period_add period_diff quarter
    quote rand regexp_instr regexp_like regexp_replace regexp_substr repeat row rpad schema
    sec_to_time second session_user sha sha1 sha2 soundex space st_asgeojson st_astext
    st_contains st_distance st_distance_sphere st_geomfromtext st_within st_x st_y std stddev
    stddev_pop stddev_samp str_to_date strcmp subdate substring_index subtime sysdate
    system_user time time_format time_to_sec timediff timestamp timestampadd timestampdiff
    to_base64 to_char to_days to_seconds truncate ucase unhex unix_timestamp user utc_date
    utc_time utc_timestamp uuid uuid_to_bin values var_pop var_samp variance version week
    weekday weekofyear weight_string year yearweek
""".split()

_SQLITE = """
    acosh asinh atanh char cosh date datetime format glob group_concat hex iif instr json
    json_array json_array_length json_each json_error_position json_extract json_group_array
    json_group_object json_insert json_object json_patch json_pretty json_quote json_remove
    json_replace json_set json_tree json_type json_valid jsonb jsonb_extract julianday like
    likelihood likely log10 log2 nullif octet_length printf quote random sinh soundex
    sqlite_version strftime string_agg tanh time timediff total trunc typeof unhex unicode
    unixepoch unlikely median percentile generate_series bm25 highlight snippet
    pragma_foreign_key_list pragma_index_info pragma_index_list pragma_index_xinfo
    pragma_table_info pragma_table_list pragma_table_xinfo
""".split()

_CLICKHOUSE = """
    and or not xor plus minus multiply divide intdiv intdivorzero modulo negate equals notequals
    less greater lessorequals greaterorequals between in notin globalin like ilike notlike
    notilike match multimatchany multisearchany multisearchfirstindex countsubstrings
    countmatches countmatchescaseinsensitive hastoken hastokencaseinsensitive startswith
    endswith startswithutf8 endswithutf8 ngramdistance ngramsearch tuple tupleelement untuple
    tuplehammingdistance tupleplus array arrayall arrayavg arraycompact arrayconcat arraycount
    arraycumsum arraycumsumnonnegative arraydifference arraydistinct arrayelement arrayenumerate
    arrayenumeratedense arrayenumerateuniq arrayexists arrayfill arrayfilter arrayfirst
    arrayfirstindex arrayflatten arrayfold arrayintersect arrayjaccardindex arrayjoin arraylast
    arraylastindex arraymap arraymax arraymin arraypopback arraypopfront
    arrayproduct arraypushback arraypushfront arrayreduce arrayreverse arrayreversesort
    arrayrotateleft arrayrotateright arrayslice arraysort arraysplit arraystringconcat arraysum
    arrayuniq arraywithconstant arrayzip length empty notempty emptyarraystring has hasall
    hasany hassubstr indexof range reverse map mapadd mapapply mapcontains mapcontainskey
    mapfilter mapfromarrays mapkeys mapsubtract mapvalues age adddays addhours addinterval
    addmicroseconds addmilliseconds addminutes addmonths addquarters addseconds addweeks
    addyears subtractdays subtracthours subtractminutes subtractmonths subtractquarters
    subtractseconds subtractweeks subtractyears date date_add date_diff date_sub date_trunc
    dateadd datediff datename datesub datetrunc formatdatetime formatdatetimeinjodasyntax
    fromunixtimestamp fromunixtimestamp64milli fromunixtimestamp64micro fromunixtimestamp64nano
    makedate makedate32 makedatetime makedatetime64 monthname now now64 parsedatetime
    parsedatetimebesteffort parsedatetimebesteffortornull parsedatetimebesteffortorzero
    parsedatetime64besteffort parsedatetime64besteffortornull parsedatetimeornull timeslot
    timeslots timezone timezoneof timezoneoffset timestamp timestamp_add timestamp_diff
    timestamp_sub timestampadd timestampdiff today todayofmonth todayofweek todayofyear tohour
    tolastdayofmonth tolastdayofweek tominute tomonday tomonth toquarter torelativedaynum
    torelativehournum torelativeminutenum torelativemonthnum torelativesecondnum
    torelativeweeknum tosecond tostartofday tostartoffifteenminutes tostartoffiveminutes
    tostartofhour tostartofinterval tostartofisoyear tostartofmillisecond tostartofminute
    tostartofmonth tostartofquarter tostartofsecond tostartoftenminutes tostartofweek
    tostartofyear totime totimezone tounixtimestamp tounixtimestamp64milli toweek toyear
    toyearweek toyyyymm toyyyymmdd toyyyymmddhhmmss toisoweek toisoyear utctimestamp yesterday
    year quarter month day hour minute second dayofweek dayofmonth dayofyear week tointervalday
    tointervalhour tointervalminute tointervalmonth tointervalquarter tointervalsecond
    tointervalweek tointervalyear accuratecast accuratecastornull accuratecastordefault
    reinterpretasuint64 reinterpretasstring tobool todate todate32 todateornull todateorzero
    todatetime todatetime64 todatetime64ornull todatetimeornull todatetimeorzero todecimal32
    todecimal64 todecimal128 todecimalstring tofixedstring tofloat32 tofloat64 tofloat64ornull
    tofloat64orzero toint8 toint16 toint32 toint64 toint128 toint256 toint8ornull toint16ornull
    toint32ornull toint64ornull toint32orzero toint64orzero toint32ordefault toint64ordefault
    toipv4 toipv6 tolowcardinality tonullable tostring touint8 touint16 touint32 touint64
    touint128 touint256 touint8ornull touint16ornull touint32ornull touint64ornull touint8orzero
    touint16orzero touint32orzero touint64orzero touuid touuidornull touuidorzero totypename
    tocolumntypename ifnull isnull isnotnull isnullornan assumenotnull isfinite isinfinite isnan
    ifnotfinite multiif transform bar formatreadablesize formatreadabledecimalsize
    formatreadablequantity formatreadabletimedelta cityhash64 farmhash64 fuzzbits halfmd5
    inthash32 inthash64 javahash md5 metrohash64 murmurhash2_64 murmurhash3_32 murmurhash3_64
    murmurhash3_128 sha1 sha224 sha256 sha512 siphash64 siphash128 xxh3 xxhash32 xxhash64 hex
    unhex bin char base58encode base58decode base64encode base64decode trybase64decode
    appendtrailingcharifabsent charlength character_length char_length concatassumeinjective
    concatwithseparator convertcharset decodehtmlcomponent decodexmlcomponent editdistance
    dameraulevenshteindistance jarosimilarity jarowinklersimilarity extract extractall
    extractallgroups extractallgroupshorizontal extractallgroupsvertical extractgroups
    extracttextfromhtml format initcap initcaputf8 instr isvalidutf8 leftpad leftpadutf8
    lengthutf8 locate lowerutf8 lcase ucase normalizequery position positioncaseinsensitive
    positionutf8 positioncaseinsensitiveutf8 regexpextract regexpquotemeta repeat replaceall
    replaceone replaceregexpall replaceregexpone regexp_replace regexp_extract reverseutf8
    rightpad rightpadutf8 soundex space splitbychar splitbynonalpha splitbyregexp splitbystring
    splitbywhitespace alphatokens substringindex substringindexutf8 substringutf8
    substring_index tovalidutf8 translate translateutf8 trimboth trimleft trimright upperutf8
    ascii cutfragment cutquerystring cuttofirstsignificantsubdomain cuturlparameter cutwww
    decodeurlcomponent domain domainwithoutwww encodeurlcomponent extracturlparameter
    extracturlparameternames extracturlparameters firstsignificantsubdomain fragment netloc path
    pathfull port protocol querystring querystringandfragment topleveldomain urlhierarchy
    urlpathhierarchy jsonextract jsonextractarrayraw jsonextractbool jsonextractfloat
    jsonextractint jsonextractkeys jsonextractkeysandvalues jsonextractkeysandvaluesraw
    jsonextractraw jsonextractstring jsonextractuint jsonhas jsonkey jsonlength jsontype
    json_exists json_query json_value isvalidjson simplejsonextractbool simplejsonextractfloat
    simplejsonextractint simplejsonextractraw simplejsonextractstring simplejsonextractuint
    simplejsonhas visitparamextractbool visitparamextractfloat visitparamextractint
    visitparamextractraw visitparamextractstring visitparamextractuint visitparamhas
    tojsonstring ipv4numtostring ipv4stringtonum ipv4stringtonumornull ipv6numtostring
    ipv6stringtonum ipv4cidrtorange isipv4string isipv6string isipaddressinrange bitand bitcount
    bitnot bitor bitshiftleft bitshiftright bittest bitxor bitmapand bitmapandcardinality
    bitmapbuild bitmapcardinality bitmapcontains bitmapor bitmapxor bitmaptoarray cbrt cosh cot
    e erf erfc exp10 exp2 gcd hypot intexp10 intexp2 lcm lgamma log10 log1p log2 pearson
    rounddown roundage roundbankers roundduration roundtoexp2 sinh tanh tgamma trunc truncate
    width_bucket rand rand32 rand64 randuniform randnormal factorial geodistance
    greatcircledistance pointinpolygon geohashencode geohashdecode geotoh3 h3togeo l1distance
    l2distance l2norm cosinedistance dotproduct laginframe leadinframe runningdifference
    runningaccumulate rownumberinblock rownumberinallblocks nonnegativederivative any anyheavy
    anylast argmax argmin avgweighted any_value first_value_respect_nulls
    last_value_respect_nulls approx_top_k approx_top_sum boundingratio
    categoricalinformationvalue contingency corr corrmatrix corrstable count covarpop covarsamp
    covar_pop covar_samp cramersv deltasum deltasumtimestamp entropy exponentialmovingaverage
    exponentialtimedecayedavg exponentialtimedecayedcount first_value grouparray group_array
    grouparrayinsertat grouparrayintersect grouparraylast grouparraymovingavg
    grouparraymovingsum grouparraysample grouparraysorted groupbitand groupbitor groupbitxor
    groupbitmap groupbitmapand groupbitmapor groupbitmapxor groupconcat group_concat
    groupuniqarray intervallengthsum kolmogorovsmirnovtest kurtpop kurtsamp mannwhitneyutest
    maxintersections maxintersectionsposition maxmap meanztest median medianexact mediantdigest
    mediantiming minmap quantile quantiledeterministic quantileexact quantileexacthigh
    quantileexactlow quantileexactweighted quantileexactinclusive quantileexactexclusive
    quantilegk quantileinterpolatedweighted quantilebfloat16 quantileddsketch quantiletdigest
    quantiletdigestweighted quantiletiming quantiletimingweighted quantiles
    quantilesdeterministic quantilesexact quantilesexacthigh quantilesexactlow
    quantilesexactweighted quantilesexactinclusive quantilesexactexclusive quantilesgk
    quantilestdigest quantilestdigestweighted quantilestiming quantilestimingweighted retention
    rankcorr sequencecount sequencematch sequencenextnode simplelinearregression
    singlevalueornull skewpop skewsamp sparkbar stddevpop stddevpopstable stddevsamp
    stddevsampstable stddev_pop stddev_samp stddev studentttest sumcount sumkahan summap
    sumwithoverflow topk topkweighted uniq uniqcombined uniqcombined64 uniqexact uniqhll12
    uniqtheta uniqupto varpop varpopstable varsamp varsampstable var_pop var_samp variance
    welchttest windowfunnel array_agg finalizeaggregation grouping currentdatabase
    currentuser version hostname uptime materialize identity ignore columns
    numbers zeros generate_series values concat greatest least startofinterval generateuuidv4
""".split()

_COMBINATORS = (
    *("if", "array", "map", "distinct", "ordefault", "ornull", "resample", "foreach"),
    *("state", "merge", "mergestate", "simplestate", "argmin", "argmax"),
)

NEEDING_LAMBDA = frozenset(
    """
    arrayall arrayavg arraycount arraycumsum arraycumsumnonnegative arrayexists arrayfill
    arrayfilter arrayfirst arrayfirstindex arrayfold arraylast arraylastindex arraymap arraymax
    arraymin arrayproduct arrayreversesort arraysort arraysplit arraysum mapapply mapfilter
    """.split()
)
"""ClickHouse's functions that call what they are given. Newer servers also take the bare name of
any function there (`arrayMap(file, names)`), so with two arguments a lambda must be written."""

ALLOWED: dict[Dialect, frozenset[str]] = {
    Dialect.POSTGRES: frozenset([*_EVERYWHERE, *_POSTGRES]) - {"if", "ifnull"},
    Dialect.MYSQL: frozenset([*_EVERYWHERE, *_MYSQL]),
    Dialect.SQLITE: frozenset([*_EVERYWHERE, *_SQLITE]),
    Dialect.CLICKHOUSE: frozenset([*_EVERYWHERE, *_CLICKHOUSE]),
}


def only_reads(name: str, dialect: Dialect) -> bool:
    """Whether a function of that name is listed; in ClickHouse also with combinators: sumIf."""
    name = name.lower()
    if name in ALLOWED[dialect]:
        return True
    if dialect is not Dialect.CLICKHOUSE:
        return False
    return any(
        only_reads(name.removesuffix(ending), dialect)
        for ending in _COMBINATORS
        if name.endswith(ending) and len(name) > len(ending)
    )
