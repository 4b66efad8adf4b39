// The one place where the non-template part of Beast is compiled.
#include <boost/beast/src.hpp>
