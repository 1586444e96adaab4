require "socket"

trap("TERM") { exit }
server = TCPServer.new(Integer(ENV.fetch("PORT")))
loop do
  client = server.accept
  nil until client.gets.to_s.strip.empty?
  client.write "HTTP/1.1 200 OK\r\nContent-Length: 20\r\nConnection: close\r\n\r\na program, no Rack.\n"
  client.close
end
