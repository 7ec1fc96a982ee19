// Where the reader takes its characters from: memory, or pieces that a callback brings.
#ifndef CCOFFER_RAPIDJSON_SOURCE_H
#define CCOFFER_RAPIDJSON_SOURCE_H

#include <stdlib.h>
#include <string.h>

#include "CCofferRapidJSON.h"

/// An input stream as RapidJSON wants it.
///
/// A NUL stands for the end of the stream there, so a NUL in the text looks like an early end;
/// `atEnd` tells the two apart.
class Source {
public:
    typedef char Ch;

    Source() = default;
    ~Source() { free(buffer_); }
    Source(const Source &) = delete;
    Source &operator=(const Source &) = delete;

    /// Reads from memory.
    void open(const uint8_t *bytes, size_t count) {
        reset();
        static const char nothing = 0;
        begin_ = count ? reinterpret_cast<const char *>(bytes) : &nothing;
        current_ = counted_ = begin_;
        end_ = begin_ + count;
    }

    /// Reads what `refill` brings.
    void open(CCofferRapidJSON_Refill refill, void *context, uint64_t limit) {
        reset();
        if (!buffer_) buffer_ = static_cast<char *>(malloc(capacity));
        if (!buffer_) abort();
        begin_ = current_ = end_ = counted_ = buffer_;
        refill_ = refill;
        context_ = context;
        limit_ = limit;
        next();
    }

    Ch Peek() const { return current_ != end_ ? *current_ : '\0'; }
    Ch Take() {
        if (current_ == end_) return '\0';
        Ch taken = *current_++;
        if (current_ == end_) next();
        return taken;
    }
    size_t Tell() const { return static_cast<size_t>(base_) + (size_t)(current_ - begin_); }

    // The reader names these for parsing in place, which we never ask for.
    Ch *PutBegin() { return nullptr; }
    void Put(Ch) {}
    void Flush() {}
    size_t PutEnd(Ch *) { return 0; }

    /// What can be looked at without a refill: everything in memory, or the rest of a piece.
    const char *current() const { return current_; }
    const char *end() const { return end_; }
    /// Goes on to `position`, between `current` and `end`.
    void skipTo(const char *position) {
        current_ = position;
        if (current_ == end_) next();
    }

    bool atEnd() const { return current_ == end_; }
    bool failed() const { return failed_; }
    bool isTooLong() const { return tooLong_; }
    void restartLimit() { mark_ = Tell(); }
    uint64_t line() {
        count(current_);
        return line_;
    }

private:
    static constexpr size_t capacity = 1 << 16;

    void reset() {
        refill_ = nullptr;
        base_ = mark_ = 0;
        line_ = 1;
        failed_ = tooLong_ = false;
    }

    void count(const char *until) {
        while (counted_ < until) {
            const void *found = memchr(counted_, '\n', (size_t)(until - counted_));
            if (!found) break;
            line_++;
            counted_ = static_cast<const char *>(found) + 1;
        }
        counted_ = until;
    }

    void next() {
        if (!refill_ || failed_) return;
        count(end_);
        base_ += (uint64_t)(end_ - begin_);
        begin_ = current_ = end_ = counted_ = buffer_;
        if (base_ - mark_ > limit_) {
            tooLong_ = true;
            refill_ = nullptr;
            return;
        }
        ptrdiff_t got = refill_(context_, reinterpret_cast<uint8_t *>(buffer_), capacity);
        if (got < 0 || (size_t)got > capacity) {
            failed_ = true;
            return;
        }
        if (got == 0) refill_ = nullptr;
        end_ = buffer_ + got;
    }

    const char *begin_ = nullptr, *current_ = nullptr, *end_ = nullptr, *counted_ = nullptr;
    char *buffer_ = nullptr;
    CCofferRapidJSON_Refill refill_ = nullptr;
    void *context_ = nullptr;
    uint64_t base_ = 0, mark_ = 0, limit_ = 0, line_ = 1;
    bool failed_ = false, tooLong_ = false;
};

#endif
