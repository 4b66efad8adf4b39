#pragma once

// The only place that names the test library, so that moving to its next version is one edit.
#include <catch2/catch.hpp>
