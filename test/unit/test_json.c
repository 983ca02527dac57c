/* wire/json: whatever octets a text holds, what is written is valid JSON. */
#include "wire/json.h"

#include "tap.h"

static const struct {
    const char *name, *given, *expected;
} texts[] = {
    {"an empty text", "", "\"\""},
    {"plain words", "lns.example", "\"lns.example\""},
    {"quotes and backslashes", "a\"b\\c", "\"a\\\"b\\\\c\""},
    {"named controls", "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"the other controls", "\x01\x1b\x1f\x7f", "\"\\u0001\\u001b\\u001f\\u007f\""},
    {"UTF-8 passes", "h\xc3\xb6me \xe2\x82\xac \xf0\x9f\x98\x80",
     "\"h\xc3\xb6me \xe2\x82\xac \xf0\x9f\x98\x80\""},
    {"octets that are none", "\xc3(\xff\x80", "\"\\\\xc3(\\\\xff\\\\x80\""},
    {"a character cut short", "x\xe2\x82", "\"x\\\\xe2\\\\x82\""},
    {"a surrogate", "\xed\xa0\x80", "\"\\\\xed\\\\xa0\\\\x80\""},
    {"an overlong form", "\xc0\xaf", "\"\\\\xc0\\\\xaf\""},
};

int main(void)
{
    struct text t = {0};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        text_cut(&t, t.n);
        json_text(&t, texts[i].given);
        is_str(t.p, texts[i].expected, texts[i].name);
    }
    text_cut(&t, t.n);
    text_put_str(&t, "{");
    json_key(&t, "a");
    text_put_str(&t, "1");
    json_key(&t, "b\n");
    text_put_str(&t, "{");
    json_key(&t, "c");
    text_put_str(&t, "2}}");
    is_str(t.p, "{\"a\":1,\"b\\n\":{\"c\":2}}", "commas stand between the members of an object");
    text_free(&t);
    return tap_done();
}
