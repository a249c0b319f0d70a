#include "firmware-host/command_line.hpp"

int main(int argc, char** argv) {
  using namespace bank::host;
  const Commands commands{.serve = command_serve,
                          .demo = command_demo,
                          .rack = command_rack,
                          .send = command_send,
                          .probe = command_probe,
                          .slots = command_slots,
                          .pdu_decode = command_pdu_decode,
                          .pdu_encode = command_pdu_encode,
                          .check_config = command_check_config,
                          .key_create = command_key_create,
                          .user_add = command_user_add,
                          .user_link = command_user_link,
                          .key_list = command_key_list,
                          .key_revoke = command_key_revoke,
                          .backup = command_backup,
                          .restore = command_restore,
                          .sim_release = command_sim_release};
  return run_command_line(argc, argv, commands);
}
