/* toml.cpp - the only C++ of gyre: there is no TOML library for C in Debian 12. */
extern "C" {
#include "base/arena.h"
}
#include "scenario/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <new>
#include <string>
#include <utility>
#include <vector>

namespace
{

struct maker {
    struct arena *arena;
    const char *file;
    struct toml_fault *fault;
};

struct node *convert(maker &make, const toml::node &from);

struct place place_of(const maker &make, const toml::source_position &position)
{
    return {make.file, static_cast<int>(position.line), static_cast<int>(position.column)};
}

/* Texts are C strings from here on: a NUL would silently cut them. */
const char *copy(maker &make, const std::string &text, const toml::source_position &position)
{
    if (text.find('\0') != std::string::npos && !make.fault->words)
        *make.fault = {static_cast<int>(position.line), static_cast<int>(position.column),
                       "a text may not hold a NUL character", false};
    return arena_text(make.arena, text.c_str());
}

void append(struct node *parent, struct node *child)
{
    (parent->last ? parent->last->next : parent->first) = child;
    parent->last = child;
    parent->count++;
}

/* Tables come sorted by key: what is shown and checked goes in the order of the file. */
void convert_table(maker &make, const toml::table &from, struct node *table)
{
    std::vector<std::pair<const toml::key *, const toml::node *>> children;
    children.reserve(from.size());
    for (auto &&[key, value] : from)
        children.emplace_back(&key, &value);
    std::stable_sort(children.begin(), children.end(), [](auto &a, auto &b) {
        return a.first->source().begin < b.first->source().begin;
    });
    table->kind = NODE_TABLE;
    for (auto &[key, value] : children) {
        struct node *child = convert(make, *value);
        auto const &begin = key->source().begin;
        child->key = copy(make, std::string(key->str()), begin);
        child->key_at = place_of(make, begin);
        append(table, child);
    }
}

void convert_array(maker &make, const toml::array &from, struct node *array)
{
    array->kind = NODE_ARRAY;
    for (auto &element : from)
        append(array, convert(make, element));
}

void convert_scalar(maker &make, const toml::node &from, struct node *node)
{
    node->kind = NODE_DATE;
    if (auto text = from.as_string()) {
        node->kind = NODE_TEXT;
        node->text = copy(make, text->get(), from.source().begin);
    } else if (auto integer = from.as_integer()) {
        node->kind = NODE_INTEGER;
        node->integer = integer->get();
        node->real = static_cast<double>(integer->get());
    } else if (auto real = from.as_floating_point()) {
        node->kind = NODE_REAL;
        node->real = real->get();
    } else if (auto flag = from.as_boolean()) {
        node->kind = NODE_BOOL;
        node->flag = flag->get();
    }
}

struct node *convert(maker &make, const toml::node &from)
{
    struct node *node = ARENA_NEW(make.arena, struct node);
    node->at = node->key_at = place_of(make, from.source().begin);
    if (auto table = from.as_table())
        convert_table(make, *table, node);
    else if (auto array = from.as_array())
        convert_array(make, *array, node);
    else
        convert_scalar(make, from, node);
    return node;
}

} // namespace

extern "C" struct node *toml_parse(struct arena *arena, const char *file, const char *text,
                                   struct toml_fault *fault)
{
    *fault = {0, 0, nullptr, false};
    try {
        maker make{arena, file, fault};
        struct node *root = convert(make, toml::parse(std::string_view(text)));
        return fault->words ? nullptr : root;
    } catch (const toml::parse_error &error) {
        auto const &begin = error.source().begin;
        std::string const words(error.description());
        *fault = {static_cast<int>(begin.line), static_cast<int>(begin.column),
                  arena_text(arena, words.c_str()), false};
    } catch (const std::bad_alloc &) {
        *fault = {0, 0, "no memory left", true};
    } catch (...) {
        *fault = {0, 0, "the TOML library failed", false};
    }
    return nullptr;
}
