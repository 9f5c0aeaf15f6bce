// SPDX-License-Identifier: GPL-2.0-or-later
/* What makes hostile names harmless. */
#include "escape.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

size_t utf8_next(const unsigned char *data, size_t len, uint32_t *code)
{
	/* The smallest code point that needs a sequence of so many bytes. */
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t need;

	if (!len)
		return 0;
	if (data[0] < 0x80) {
		*code = data[0];
		return 1;
	}
	if ((data[0] & 0xe0) == 0xc0)
		need = 2;
	else if ((data[0] & 0xf0) == 0xe0)
		need = 3;
	else if ((data[0] & 0xf8) == 0xf0)
		need = 4;
	else
		return 0;
	if (len < need)
		return 0;

	*code = data[0] & (0x7f >> need);
	for (size_t i = 1; i < need; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (data[i] & 0x3f);
	}
	if (*code < smallest[need] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return need;
}

bool code_unsafe(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} unsafe[] = {
		{ 0x0000, 0x001f },   /* C0 */
		{ 0x007f, 0x009f },   /* DEL, C1 */
		{ 0x00ad, 0x00ad },   /* soft hyphen */
		{ 0x061c, 0x061c },   /* Arabic letter mark */
		{ 0x180e, 0x180e },   /* Mongolian vowel separator */
		{ 0x200b, 0x200f },   /* zero-width, direction marks */
		{ 0x2028, 0x202e },   /* line separators, embeddings, overrides */
		{ 0x2060, 0x206f },   /* word joiner, isolates */
		{ 0xfeff, 0xfeff },   /* byte order mark */
		{ 0xfff9, 0xfffb },   /* interlinear annotation */
		{ 0xe0000, 0xe007f }, /* tags */
	};

	/* Almost everything that is printed. */
	if (code >= ' ' && code <= '~')
		return false;
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (code >= unsafe[i].first && code <= unsafe[i].last)
			return true;
	return false;
}

void escape_write(FILE *out, const unsigned char *data, size_t len)
{
	while (len) {
		uint32_t code;
		size_t n = utf8_next(data, len, &code);

		if (!n || code_unsafe(code)) {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++)
				fprintf(out, "\\x%02x", data[i]);
		} else {
			if (code == '\\')
				putc('\\', out);
			fwrite(data, 1, n, out);
		}
		data += n;
		len -= n;
	}
}

bool utf8_valid(const unsigned char *data, size_t len)
{
	while (len) {
		uint32_t code;
		size_t n = utf8_next(data, len, &code);

		if (!n)
			return false;
		data += n;
		len -= n;
	}
	return true;
}

void utf8_write(FILE *out, const unsigned char *data, size_t len, bool (*unwanted)(uint32_t code))
{
	while (len) {
		uint32_t code;
		size_t n = utf8_next(data, len, &code);

		if (n && !(unwanted && unwanted(code)))
			fwrite(data, 1, n, out);
		else
			fputs(REPLACEMENT, out);
		n = n ? n : 1;
		data += n;
		len -= n;
	}
}
