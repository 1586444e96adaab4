# An application for Rack: one object that answers `call`.

class Hello
  def call(environment)
    case environment["PATH_INFO"]
    when "/"
      [200, { "Content-Type" => "text/plain" }, ["Hello from Ruby and Rack!\n"]]
    else
      [404, { "Content-Type" => "text/plain" }, ["Nothing here.\n"]]
    end
  end
end

run Hello.new
