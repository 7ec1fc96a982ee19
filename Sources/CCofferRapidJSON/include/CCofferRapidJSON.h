// RapidJSON's SAX reader behind plain C: events go to callbacks, nothing is kept.
//
// The library is a C++ template, which Swift cannot import. No policy lives here but what the
// template needs: where bytes come from, how deep and how long a value may be.
#ifndef CCOFFER_RAPIDJSON_H
#define CCOFFER_RAPIDJSON_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

/// Why a parse ended.
typedef enum CCofferRapidJSON_Outcome {
    /// One complete value and nothing after it.
    CCofferRapidJSON_complete = 0,
    /// A callback returned 0.
    CCofferRapidJSON_stopped = 1,
    /// The source of bytes reported a failure.
    CCofferRapidJSON_unreadable = 2,
    /// A single value is longer than the limit.
    CCofferRapidJSON_tooLong = 3,
    /// Arrays and objects are nested deeper than the limit.
    CCofferRapidJSON_tooDeep = 4,
    /// There is no value at all.
    CCofferRapidJSON_empty = 5,
    /// Something other than white space follows the value.
    CCofferRapidJSON_trailing = 6,
    /// The text ends inside a value.
    CCofferRapidJSON_truncated = 7,
    /// A value, a comma, a colon or a bracket is missing or in the wrong place.
    CCofferRapidJSON_syntax = 8,
    /// A number does not follow RFC 8259, section 6.
    CCofferRapidJSON_number = 9,
    /// A string holds an unknown escape or a raw control character.
    CCofferRapidJSON_escape = 10,
    /// An escape names half of a surrogate pair.
    CCofferRapidJSON_surrogate = 11,
    /// A string is not valid UTF-8.
    CCofferRapidJSON_encoding = 12
} CCofferRapidJSON_Outcome;

/// What is called for each event; each returns 1 to go on and 0 to stop.
///
/// Text is lent for the duration of the call. It has no escapes any more, and may still be
/// invalid UTF-8: whoever keeps it must validate it.
typedef struct CCofferRapidJSON_Handler {
    int32_t (*null)(void *context);
    int32_t (*boolean)(void *context, int32_t value);
    int32_t (*number)(void *context, const uint8_t *text, size_t count);
    int32_t (*string)(void *context, const uint8_t *text, size_t count);
    int32_t (*key)(void *context, const uint8_t *text, size_t count);
    int32_t (*startObject)(void *context);
    int32_t (*endObject)(void *context);
    int32_t (*startArray)(void *context);
    int32_t (*endArray)(void *context);
} CCofferRapidJSON_Handler;

/// Fills `buffer`; returns the number of bytes, 0 at the end, less than 0 on failure.
typedef ptrdiff_t (*CCofferRapidJSON_Refill)(void *context, uint8_t *buffer, size_t capacity);

/// A parser and its buffers, for any number of parses, one at a time.
typedef struct CCofferRapidJSON_Parser CCofferRapidJSON_Parser;

/// Returns a parser; the process ends when there is no memory, as it does in Swift.
CCofferRapidJSON_Parser * CCofferRapidJSON_create(void);

/// Frees a parser.
void CCofferRapidJSON_free(CCofferRapidJSON_Parser *parser);

/// Parses a text that lies in memory; `bytes` may be NULL when `count` is 0.
CCofferRapidJSON_Outcome CCofferRapidJSON_parse(
    CCofferRapidJSON_Parser *parser, const uint8_t *_Nullable bytes, size_t count, uint32_t depthLimit,
    const CCofferRapidJSON_Handler *handler, void *context);

/// Parses a text that `refill` gives in pieces.
///
/// Fails with `tooLong` once more than `valueLimit` bytes, rounded up to a piece, have passed
/// since the start or the last call of `CCofferRapidJSON_restartLimit`.
CCofferRapidJSON_Outcome CCofferRapidJSON_parseStream(
    CCofferRapidJSON_Parser *parser, CCofferRapidJSON_Refill refill, void *source,
    uint64_t valueLimit, uint32_t depthLimit, const CCofferRapidJSON_Handler *handler,
    void *context);

/// Called from a callback: the value so far is done with, the next may be as long again.
void CCofferRapidJSON_restartLimit(CCofferRapidJSON_Parser *parser);

/// Bytes from the start of the text to where the parser stands, or to the error it met.
uint64_t CCofferRapidJSON_offset(const CCofferRapidJSON_Parser *parser);

/// The line, from 1, in which the parser stands.
uint64_t CCofferRapidJSON_line(CCofferRapidJSON_Parser *parser);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end

#endif
