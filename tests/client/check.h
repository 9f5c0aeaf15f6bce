/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every test of the client includes: cmocka and its prerequisites. */
#ifndef CHECK_H
#define CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif /* CHECK_H */
