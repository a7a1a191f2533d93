"""The stages and operators of MongoDB that only read.

Lists of what is allowed, so that what a new version of the server brings is refused until someone
has looked at it. What is missing on purpose: `$out` and `$merge` write; `$where`, `$function` and
`$accumulator` run JavaScript; `$currentOp`, `$collStats` and the like show the server itself;
`$changeStream` never ends.

Source: https://www.mongodb.com/docs/manual/reference/operator/
"""

STAGES = frozenset(
    """
    $addFields $bucket $bucketAuto $count $densify $facet $fill $geoNear $graphLookup $group $limit
    $lookup $match $project $redact $replaceRoot $replaceWith $sample $search $searchMeta $set
    $setWindowFields $skip $sort $sortByCount $unionWith $unset $unwind $vectorSearch
    """.split()
)

FILTERS = frozenset(
    """
    $all $and $bitsAllClear $bitsAllSet $bitsAnyClear $bitsAnySet $box $caseSensitive $center
    $centerSphere $comment $diacriticSensitive $elemMatch $eq $exists $expr $geoIntersects
    $geoWithin $geometry $gt $gte $in $jsonSchema $language $lt $lte $maxDistance $minDistance $mod
    $ne $near $nearSphere $nin $nor $not $options $or $polygon $regex $search $size $text $type
    """.split()
)

EXPRESSIONS = frozenset(
    """
    $abs $acos $acosh $add $addToSet $allElementsTrue $and $anyElementTrue $arrayElemAt
    $arrayToObject $asin $asinh $atan $atan2 $atanh $avg $binarySize $bitAnd $bitNot $bitOr $bitXor
    $bottom $bottomN $bsonSize $ceil $cmp $concat $concatArrays $cond $convert $cos $cosh $count
    $covariancePop $covarianceSamp $dateAdd $dateDiff $dateFromParts $dateFromString $dateSubtract
    $dateToParts $dateToString $dateTrunc $dayOfMonth $dayOfWeek $dayOfYear $degreesToRadians
    $denseRank $derivative $divide $documentNumber $eq $exp $expMovingAvg $filter $first $firstN
    $floor $getField $gt $gte $hour $ifNull $in $indexOfArray $indexOfBytes $indexOfCP $integral
    $isArray $isNumber $isoDayOfWeek $isoWeek $isoWeekYear $last $lastN $let $linearFill $literal
    $ln $locf $log $log10 $lt $lte $ltrim $map $max $maxN $median $mergeObjects $meta $millisecond
    $min $minN $minute $mod $month $multiply $ne $not $objectToArray $or $percentile $pow $push
    $radiansToDegrees $rand $range $rank $reduce $regexFind $regexFindAll $regexMatch $replaceAll
    $replaceOne $reverseArray $round $rtrim $sampleRate $second $setDifference $setEquals $setField
    $setIntersection $setIsSubset $setUnion $shift $sin $sinh $size $slice $sortArray $split $sqrt
    $stdDevPop $stdDevSamp $strLenBytes $strLenCP $strcasecmp $substr $substrBytes $substrCP
    $subtract $sum $switch $tan $tanh $toBool $toDate $toDecimal $toDouble $toHashedIndexKey $toInt
    $toLong $toLower $toObjectId $toString $toUUID $toUpper $top $topN $trim $trunc $tsIncrement
    $tsSecond $type $unsetField $week $year $zip
    """.split()
)

VALUES = frozenset(
    """
    $binary $date $maxKey $minKey $numberDecimal $numberDouble $numberInt $numberLong $oid
    $regularExpression $timestamp $uuid
    """.split()
)
"""Marks of Extended JSON: a value of a type that JSON does not have, never an operator."""

WRITING = frozenset({"$out", "$merge"})
SCRIPTS = frozenset({"$where", "$function", "$accumulator", "$code", "$eval", "$scope"})
