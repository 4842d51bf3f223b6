/* spoken.h - a verb called with arguments, and what it said on stdout and stderr. */
#ifndef SPOKEN_H
#define SPOKEN_H

#include <fcntl.h>

#include "unit/record/keep.h"

static char spoken_out[65536], spoken_err[4096];

/* What is put in the stream's place; the stream itself, for unspeak. */
static inline int speak_into(FILE *stream, const char *path)
{
    fflush(stream);
    int const kept = dup(fileno(stream));
    int const file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(kept >= 0 && file >= 0 && dup2(file, fileno(stream)) >= 0);
    close(file);
    return kept;
}

static inline void unspeak(FILE *stream, int kept, char *text, size_t room)
{
    fflush(stream);
    ssize_t const length = pread(fileno(stream), text, room - 1, 0);
    assert_true(length >= 0);
    text[length] = 0;
    assert_true(dup2(kept, fileno(stream)) >= 0);
    close(kept);
}

static inline int speak(int (*verb)(int, char **), char **arguments)
{
    int count = 0;
    while (arguments[count])
        count++;
    int const out = speak_into(stdout, "spoken.out"), err = speak_into(stderr, "spoken.err");
    int const status = verb(count, arguments);
    unspeak(stdout, out, spoken_out, sizeof spoken_out);
    unspeak(stderr, err, spoken_err, sizeof spoken_err);
    return status;
}

#define SPEAK(verb, ...) speak(verb, (char *[]){__VA_ARGS__, NULL})

/* A mistake of the caller: exit code 2, one sentence, and nothing on stdout. */
#define assert_usage(sentence, verb, ...)                                                          \
    do {                                                                                           \
        assert_int_equal(SPEAK(verb, __VA_ARGS__), STATUS_USAGE);                                  \
        assert_string_equal(spoken_err, sentence "\n");                                            \
        assert_string_equal(spoken_out, "");                                                       \
    } while (0)

#endif
