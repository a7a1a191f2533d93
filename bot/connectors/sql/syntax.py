"""The parts of a parsed query that only read, by the names of sqlglot's classes.

A part that is not listed is refused, so a new version of sqlglot that learns new syntax opens
nothing by itself.
"""

from __future__ import annotations

QUERY_PARTS = frozenset(
    """
    Alias Aliases Any All AtTimeZone Boolean Bracket CTE Column ColumnDef Cube DataType
    DataTypeParam Distinct Dot Except Fetch Filter Final From Group GroupingSets Having HexString
    BitString Identifier IgnoreNulls IndexTableHint Intersect Interval IntervalSpan Introducer
    JSONColumnDef JSONKeyValue JSONPath JSONPathFilter JSONPathKey JSONPathRecursive JSONPathRoot
    JSONPathSelector JSONPathSlice JSONPathSubscript JSONPathUnion JSONPathWildcard JSONSchema
    FormatJson JSONExtractQuote OnCondition OverflowTruncateBehavior
    Join Lambda Lateral Limit LimitOptions Literal National Null
    ObjectIdentifier Offset Order Ordered Paren
    PathColumnConstraint ColumnConstraint PreWhere Qualify RawString RespectNulls Rollup Select
    Slice Star Subquery Table TableAlias TableColumn TableSample Tuple UDTF Union Values Var Where
    Window WindowSpec With WithFill WithinGroup Kwarg CharacterSet PositionalColumn
    """.split()
)

OPERATORS = frozenset(
    """
    Add Adjacent And Between Binary BitwiseAnd BitwiseLeftShift BitwiseNot BitwiseOr
    BitwiseRightShift BitwiseXor DPipe Distance Div EQ Escape ExtendsLeft ExtendsRight GT GTE Glob
    ILike In IntDiv Is LT LTE Like Match Mod Mul NEQ Neg Not NullSafeEQ NullSafeNEQ Or Overlaps
    SimilarTo Sub Xor IntervalOp
    """.split()
)

FUNCTIONS = frozenset(
    """
    Abs Acos Acosh AddMonths Anonymous AnonymousAggFunc AnyValue Apply ApproxDistinct
    ApproxQuantile ApproxQuantiles ApproxTopK ApproxTopSum ArgMax ArgMin Array ArrayAgg ArrayAll
    ArrayAny ArrayAppend ArrayCompact ArrayConcat ArrayConcatAgg ArrayContainedBy ArrayContains
    ArrayContainsAll ArrayDistinct ArrayExcept ArrayFilter ArrayFirst ArrayInsert ArrayIntersect
    ArrayLast ArrayMax ArrayMin ArrayOverlaps ArrayPosition ArrayPrepend ArrayRemove ArrayRemoveAt
    ArrayReverse ArraySize ArraySlice ArraySort ArraySum ArrayToString ArraysZip ArrayUniqueAgg
    Ascii Asin Asinh Atan Atan2 Atanh Avg Base64DecodeBinary Base64DecodeString Base64Encode
    BitLength BitmapBuild BitmapCount BitmapOrAgg BitwiseAndAgg BitwiseCount BitwiseOrAgg
    BitwiseXorAgg ByteLength Case Cast CastToStrType Cbrt Ceil Chr CityHash64 Coalesce Collate
    Collation Columns CombinedAggFunc CombinedParameterizedAgg Concat ConcatWs Contains Convert
    ConvertTimezone ConvertToCharset Corr Cos Cosh CosineDistance Cot Coth Count CountIf CovarPop
    CovarSamp CumeDist CurrentCatalog CurrentDatabase CurrentDate CurrentDatetime CurrentSchema
    CurrentSchemas CurrentTime CurrentTimestamp CurrentTimezone CurrentUser CurrentVersion Date
    DateAdd DateBin DateDiff DateFromParts DateFromUnixDate DateStrToDate DateSub DateToDateStr
    DateToDi DateTrunc Datetime DatetimeAdd DatetimeDiff DatetimeSub DatetimeTrunc Day DayOfMonth
    DayOfWeek DayOfWeekIso DayOfYear Dayname Decode Degrees DenseRank DiToDate DotProduct Elt Encode
    EndsWith EqualNull EuclideanDistance Exists Exp Explode ExplodingGenerateSeries Extract
    Factorial First FirstValue Flatten Float64 Floor Format FromBase FromBase64 GenerateDateArray
    GenerateSeries GenerateTimestampArray GetExtract Getbit Greatest GroupConcat Grouping Hex
    HexDecodeString Hll Host Hour If Initcap Inline Int64 IsAscii IsInf IsNan IsNullValue
    JSONArray JSONArrayAgg JSONArrayAppend JSONArrayContains JSONArrayInsert JSONBContains
    JSONBContainsAllTopKeys JSONBContainsAnyTopKeys JSONBContainsTopKey JSONBDeleteAtPath
    JSONBExists JSONBExtract JSONBExtractScalar JSONBObjectAgg JSONBPathExists JSONBool JSONCast
    JSONExists JSONExtract JSONExtractArray JSONExtractScalar JSONFormat JSONKeys JSONObject
    JSONObjectAgg JSONRemove JSONSet JSONStripNulls JSONTable JSONType JSONValueArray JSONValue
    JarowinklerSimilarity JustifyDays JustifyHours JustifyInterval Kurtosis Lag Last LastDay
    LastValue Lead Least Left Length Levenshtein Ln Localtime Localtimestamp Log LogicalAnd
    LogicalOr Lower LowerHex MD5 MD5Digest MakeInterval ManhattanDistance Map MapCat MapContainsKey
    MapFromEntries MapKeys MapSize MatchAgainst Max Median Min Minute Mode Month Monthname
    MonthsBetween Normalize NthValue Ntile Nullif NumberToStr ObjectAgg Overlay Pad ParameterizedAgg
    ParseDatetime ParseJSON ParseTime ParseUrl PercentRank PercentileCont PercentileDisc Pi
    Posexplode Pow Quantile Quarter Radians Rand Randn RangeBucket Rank RegexpCount RegexpExtract
    RegexpExtractAll RegexpFullMatch RegexpILike RegexpInstr RegexpLike RegexpReplace RegexpSplit
    RegexpSubstr RegrAvgx RegrAvgy RegrCount RegrIntercept RegrR2 RegrSlope RegrSxx RegrSxy RegrSyy
    Repeat Replace Reverse Right Rint Round RowNumber SHA SHA1Digest SHA2 SHA2Digest Second
    SessionUser Sign Sin Sinh Skewness Soundex Space Split SplitPart Sqrt StDistance StPoint
    StandardHash StartsWith Stddev StddevPop StddevSamp StrPosition StrToDate StrToTime StrToUnix
    String StringToArray Struct StructExtract Stuff Substring SubstringIndex Sum Tan Tanh Time
    TimeAdd TimeDiff TimeFromParts TimeSlice TimeStrToDate TimeStrToTime TimeStrToUnix TimeSub
    TimeToStr TimeToTimeStr TimeToUnix TimeTrunc Timestamp TimestampAdd TimestampDiff
    TimestampFromParts TimestampSub TimestampTrunc TimestampTzFromParts ToArray ToBase64 ToBinary
    ToBoolean ToChar ToCodePoints ToDays ToDouble ToMap ToNumber Transform Translate Trim Trunc
    TryCast TsOrDiToDi TsOrDsAdd TsOrDsDiff TsOrDsToDate TsOrDsToDateStr TsOrDsToDatetime
    TsOrDsToTime TsOrDsToTimestamp Typeof Unhex Unicode UnixDate UnixMicros UnixMillis UnixSeconds
    UnixToStr UnixToTime UnixToTimeStr Unnest Upper UtcDate UtcTime UtcTimestamp Uuid VarMap
    Variance VariancePop Week WeekOfYear WeightString WidthBucket Year YearOfWeek YearOfWeekIso
    """.split()
)

KNOWN = QUERY_PARTS | OPERATORS | FUNCTIONS

WRITES = frozenset(
    """
    Insert Update Delete Merge Create Drop Alter TruncateTable Returning Copy LoadData Command
    Execute Attach Detach Grant Revoke Pragma Set SetItem Kill Use Transaction Commit Rollback
    MultitableInserts Export Comment Refresh Analyze
    """.split()
)
VARIABLES = frozenset(["Parameter", "SessionParameter", "Placeholder", "PropertyEQ"])
LOCKS = frozenset(["Lock"])
INTO = frozenset(["Into"])
HINTS = frozenset(["Hint", "WithTableHint", "JoinHint"])
TEXTS = frozenset(["ByteString", "UnicodeString", "Heredoc"])

FORBIDDEN_ARGUMENTS = (
    *("settings", "format", "options", "operation_modifiers", "for_", "kind"),
    *("version", "when", "changes", "system_time"),
)
"""Arguments of queries and tables that hold their words without a part of its own."""
