/* gyre/version.h - the version of gyre that these headers belong to. */
#ifndef GYRE_VERSION_H
#define GYRE_VERSION_H

#define GYRE_VERSION "0.1.0"

#endif
