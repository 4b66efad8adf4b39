// The one place where Asio is compiled; everybody else only declares it.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
