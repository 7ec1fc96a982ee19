#include "CCofferRapidJSON.h"

#include <new>

#include "Source.h"

// Broken promises between the template and this file; nothing in a text can break them.
#define RAPIDJSON_ASSERT(condition) ((condition) ? (void)0 : abort())
#include <rapidjson/reader.h>

namespace {

/// `malloc`, but running out of memory ends the process as it does in Swift: the library
/// writes to what it gets without looking.
class Allocator {
public:
    [[maybe_unused]] static const bool kNeedFree = true;
    void *Malloc(size_t size) { return Realloc(nullptr, 0, size); }
    void *Realloc(void *old, size_t, size_t size) {
        if (size == 0) {
            free(old);
            return nullptr;
        }
        void *result = realloc(old, size);
        if (!result) abort();
        return result;
    }
    static void Free(void *pointer) { free(pointer); }
};

/// Passes events on and holds the depth limit.
class Handler {
public:
    typedef char Ch;

    Handler(const CCofferRapidJSON_Handler &calls, void *context, uint32_t limit)
        : calls_(calls), context_(context), limit_(limit) {}

    bool Null() { return calls_.null(context_); }
    bool Bool(bool value) { return calls_.boolean(context_, value); }
    bool RawNumber(const char *text, rapidjson::SizeType count, bool) {
        return calls_.number(context_, bytes(text), count);
    }
    bool String(const char *text, rapidjson::SizeType count, bool) {
        return calls_.string(context_, bytes(text), count);
    }
    bool Key(const char *text, rapidjson::SizeType count, bool) {
        return calls_.key(context_, bytes(text), count);
    }
    bool StartObject() { return enter() && calls_.startObject(context_); }
    bool EndObject(rapidjson::SizeType) { return leave() && calls_.endObject(context_); }
    bool StartArray() { return enter() && calls_.startArray(context_); }
    bool EndArray(rapidjson::SizeType) { return leave() && calls_.endArray(context_); }

    // Named by the template, never called: numbers come as they are written.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(int64_t) { return false; }
    bool Uint64(uint64_t) { return false; }
    bool Double(double) { return false; }

    bool isTooDeep() const { return tooDeep_; }

private:
    static const uint8_t *bytes(const char *text) {
        return reinterpret_cast<const uint8_t *>(text);
    }
    bool enter() {
        tooDeep_ = depth_ >= limit_;
        depth_ += 1;
        return !tooDeep_;
    }
    bool leave() {
        depth_ -= 1;
        return true;
    }

    const CCofferRapidJSON_Handler &calls_;
    void *context_;
    uint32_t limit_, depth_ = 0;
    bool tooDeep_ = false;
};

typedef rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, Allocator> EventReader;

constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag |
                           rapidjson::kParseIterativeFlag |
                           rapidjson::kParseValidateEncodingFlag;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

namespace rapidjson {

/// RFC 8259, section 6, without a look at the size of the number.
///
/// RapidJSON 1.1.0 computes a double even when numbers are asked for as text, and refuses
/// what it cannot hold (1e400). Literals are ours to keep, so they are only delimited here.
template <>
template <>
void EventReader::ParseNumber<flags, Source, Handler>(Source &is, Handler &handler) {
    const size_t start = is.Tell();
    const char *first = is.current();
    StackStream<char> copy(stack_);
    // Until the piece may end under the token, it is read where it lies.
    bool inPlace = true;
    const char *place = first;
    auto peek = [&]() -> char {
        if (inPlace) return place != is.end() ? *place : '\0';
        return is.Peek();
    };
    auto take = [&]() {
        if (!inPlace) {
            copy.Put(is.Take());
            return;
        }
        place++;
        if (place == is.end()) {
            // The next look may refill the piece: keep what was seen.
            for (const char *c = first; c != place; c++) copy.Put(*c);
            inPlace = false;
            is.skipTo(place);
        }
    };
    auto digits = [&]() -> bool {
        if (!isDigit(peek())) return false;
        do take();
        while (isDigit(peek()));
        return true;
    };
    auto position = [&]() { return inPlace ? start + (size_t)(place - first) : is.Tell(); };

    if (peek() == '-') take();
    if (peek() == '0')
        take();
    else if (!digits())
        RAPIDJSON_PARSE_ERROR(kParseErrorValueInvalid, position());
    if (peek() == '.') {
        take();
        if (!digits()) RAPIDJSON_PARSE_ERROR(kParseErrorNumberMissFraction, position());
    }
    if (peek() == 'e' || peek() == 'E') {
        take();
        if (peek() == '+' || peek() == '-') take();
        if (!digits()) RAPIDJSON_PARSE_ERROR(kParseErrorNumberMissExponent, position());
    }
    bool goOn;
    if (inPlace) {
        goOn = handler.RawNumber(first, static_cast<SizeType>(place - first), false);
        is.skipTo(place);
    } else {
        SizeType count = static_cast<SizeType>(copy.Length());
        goOn = handler.RawNumber(copy.Pop(), count, true);
    }
    if (!goOn) RAPIDJSON_PARSE_ERROR(kParseErrorTermination, start);
}

/// A string without escapes is passed on where it lies; the others take the library's way.
///
/// The receiver validates UTF-8 in any case, since RapidJSON 1.1.0 lets the second half of a
/// surrogate pair through when it stands alone.
template <>
template <>
void EventReader::ParseString<flags, Source, Handler>(Source &is, Handler &handler, bool isKey) {
    const size_t start = is.Tell();
    is.Take();  // the opening quotation mark
    const char *first = is.current(), *place = first, *end = is.end();
    while (place != end && *place != '"' && *place != '\\' && (unsigned char)*place >= 0x20)
        place++;
    bool goOn;
    if (place != end && *place == '"') {
        SizeType count = static_cast<SizeType>(place - first);
        goOn = isKey ? handler.Key(first, count, false) : handler.String(first, count, false);
        if (goOn) is.skipTo(place + 1);
    } else {
        StackStream<char> copy(stack_);
        ParseStringToStream<flags, UTF8<>, UTF8<>>(is, copy);
        RAPIDJSON_PARSE_ERROR_EARLY_RETURN_VOID;
        SizeType count = static_cast<SizeType>(copy.Length()) - 1;
        const char *text = copy.Pop();
        goOn = isKey ? handler.Key(text, count, true) : handler.String(text, count, true);
    }
    if (!goOn) RAPIDJSON_PARSE_ERROR(kParseErrorTermination, start);
}

}  // namespace rapidjson

struct CCofferRapidJSON_Parser {
    Source source;
    Allocator allocator;
    EventReader reader{&allocator};
    uint64_t errorOffset = 0;
    bool isParsing = false;

    CCofferRapidJSON_Outcome run(Handler &handler) {
        isParsing = true;
        rapidjson::ParseResult result = reader.Parse<flags>(source, handler);
        isParsing = false;
        errorOffset = result.IsError() ? result.Offset() : source.Tell();
        if (source.failed()) return CCofferRapidJSON_unreadable;
        if (source.isTooLong()) return CCofferRapidJSON_tooLong;
        if (handler.isTooDeep()) return CCofferRapidJSON_tooDeep;
        if (!result.IsError())
            return source.atEnd() ? CCofferRapidJSON_complete : CCofferRapidJSON_trailing;
        return outcome(result.Code());
    }

private:
    CCofferRapidJSON_Outcome outcome(rapidjson::ParseErrorCode code) const {
        switch (code) {
        case rapidjson::kParseErrorTermination: return CCofferRapidJSON_stopped;
        case rapidjson::kParseErrorDocumentEmpty:
            return source.atEnd() ? CCofferRapidJSON_empty : CCofferRapidJSON_syntax;
        case rapidjson::kParseErrorDocumentRootNotSingular: return CCofferRapidJSON_trailing;
        case rapidjson::kParseErrorStringUnicodeSurrogateInvalid:
            return CCofferRapidJSON_surrogate;
        case rapidjson::kParseErrorStringInvalidEncoding: return CCofferRapidJSON_encoding;
        default: break;
        }
        if (source.atEnd()) return CCofferRapidJSON_truncated;
        switch (code) {
        case rapidjson::kParseErrorStringUnicodeEscapeInvalidHex:
        case rapidjson::kParseErrorStringEscapeInvalid:
        case rapidjson::kParseErrorStringMissQuotationMark: return CCofferRapidJSON_escape;
        case rapidjson::kParseErrorNumberMissFraction:
        case rapidjson::kParseErrorNumberMissExponent: return CCofferRapidJSON_number;
        default: return CCofferRapidJSON_syntax;
        }
    }
};

CCofferRapidJSON_Parser *CCofferRapidJSON_create(void) {
    void *memory = malloc(sizeof(CCofferRapidJSON_Parser));
    if (!memory) abort();
    return new (memory) CCofferRapidJSON_Parser();
}

void CCofferRapidJSON_free(CCofferRapidJSON_Parser *parser) {
    parser->~CCofferRapidJSON_Parser();
    free(parser);
}

CCofferRapidJSON_Outcome CCofferRapidJSON_parse(
    CCofferRapidJSON_Parser *parser, const uint8_t *bytes, size_t count, uint32_t depthLimit,
    const CCofferRapidJSON_Handler *handler, void *context) {
    parser->source.open(bytes, count);
    Handler events(*handler, context, depthLimit);
    return parser->run(events);
}

CCofferRapidJSON_Outcome CCofferRapidJSON_parseStream(
    CCofferRapidJSON_Parser *parser, CCofferRapidJSON_Refill refill, void *source,
    uint64_t valueLimit, uint32_t depthLimit, const CCofferRapidJSON_Handler *handler,
    void *context) {
    parser->errorOffset = 0;
    parser->source.open(refill, source, valueLimit);
    Handler events(*handler, context, depthLimit);
    return parser->run(events);
}

void CCofferRapidJSON_restartLimit(CCofferRapidJSON_Parser *parser) {
    parser->source.restartLimit();
}

uint64_t CCofferRapidJSON_offset(const CCofferRapidJSON_Parser *parser) {
    return parser->isParsing ? parser->source.Tell() : parser->errorOffset;
}

uint64_t CCofferRapidJSON_line(CCofferRapidJSON_Parser *parser) { return parser->source.line(); }
