/** Emoji by the names Slack gives them: those that people and apps use most. One string, read once. */
const LIST = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|100 💯|1234 🔢|alarm_clock ⏰|ambulance 🚑|anchor ⚓|angry 😠|apple 🍎|
arrow_down ⬇️|arrow_forward ▶️|arrow_left ⬅️|arrow_right ➡️|arrow_up ⬆️|arrow_up_small 🔼|arrow_down_small 🔽|
arrows_counterclockwise 🔄|art 🎨|astonished 😲|atom_symbol ⚛️|baby 👶|back 🔙|balloon 🎈|bangbang ‼️|bank 🏦|
bar_chart 📊|battery 🔋|beach_with_umbrella 🏖️|bear 🐻|bee 🐝|beer 🍺|beers 🍻|beetle 🪲|bell 🔔|no_bell 🔕|
bike 🚲|birthday 🎂|black_circle ⚫|black_heart 🖤|black_large_square ⬛|blossom 🌼|blue_heart 💙|large_blue_circle 🔵|
large_blue_square 🟦|blush 😊|boat ⛵|bomb 💣|book 📖|bookmark 🔖|books 📚|boom 💥|collision 💥|bow 🙇|brain 🧠|
bread 🍞|briefcase 💼|broken_heart 💔|brown_heart 🤎|bug 🐛|building_construction 🏗️|bulb 💡|bullettrain_front 🚅|
bust_in_silhouette 👤|busts_in_silhouette 👥|cactus 🌵|cake 🍰|calendar 📅|spiral_calendar_pad 🗓️|call_me_hand 🤙|
camera 📷|card_index_dividers 🗂️|card_file_box 🗃️|cat 🐱|chains ⛓️|champagne 🍾|chart 💹|chart_with_downwards_trend 📉|
chart_with_upwards_trend 📈|checkered_flag 🏁|clap 👏|classical_building 🏛️|clipboard 📋|clock1 🕐|clock3 🕒|clock9 🕘|
closed_lock_with_key 🔐|cloud ☁️|clown_face 🤡|coffee ☕|cold_sweat 😰|compass 🧭|computer 💻|confetti_ball 🎊|confused 😕|
construction 🚧|construction_worker 👷|cookie 🍪|cool 🆒|credit_card 💳|crossed_fingers 🤞|hand_with_index_and_middle_fingers_crossed 🤞|
crown 👑|cry 😢|crystal_ball 🔮|dancer 💃|dart 🎯|date 📆|detective 🕵️|sleuth_or_spy 🕵️|dizzy 💫|dog 🐶|dollar 💵|
dolphin 🐬|door 🚪|double_vertical_bar ⏸️|doughnut 🍩|dragon 🐉|droplet 💧|ear 👂|earth_africa 🌍|earth_americas 🌎|earth_asia 🌏|
egg 🥚|eight 8️⃣|electric_plug 🔌|email 📧|envelope ✉️|incoming_envelope 📨|evergreen_tree 🌲|exclamation ❗|heavy_exclamation_mark ❗|
grey_exclamation ❕|exploding_head 🤯|eye 👁️|eyes 👀|face_palm 🤦|face_with_monocle 🧐|face_with_rolling_eyes 🙄|facepunch 👊|
factory 🏭|fast_forward ⏩|file_cabinet 🗄️|file_folder 📁|fire 🔥|fire_engine 🚒|firecracker 🧨|first_place_medal 🥇|fist ✊|five 5️⃣|
flags 🎏|flashlight 🔦|floppy_disk 💾|flushed 😳|four 4️⃣|fox_face 🦊|free 🆓|frog 🐸|frowning 😦|fuelpump ⛽|gear ⚙️|gem 💎|
ghost 👻|gift 🎁|globe_with_meridians 🌐|goal_net 🥅|green_apple 🍏|green_heart 💚|large_green_circle 🟢|large_green_square 🟩|
grey_question ❔|grimacing 😬|grin 😁|grinning 😀|guardsman 💂|hammer 🔨|hammer_and_pick ⚒️|hammer_and_wrench 🛠️|hamster 🐹|hand ✋|
raised_hand ✋|handshake 🤝|hash #️⃣|hatching_chick 🐣|headphones 🎧|heart ❤️|heart_eyes 😍|heartbeat 💓|heavy_check_mark ✔️|
heavy_minus_sign ➖|heavy_multiplication_x ✖️|heavy_plus_sign ➕|helicopter 🚁|helmet_with_white_cross ⛑️|hospital 🏥|hot_pepper 🌶️|
hotel 🏨|hourglass ⌛|hourglass_flowing_sand ⏳|house 🏠|hugging_face 🤗|ice_cube 🧊|id 🆔|inbox_tray 📥|infinity ♾️|
information_source ℹ️|interrobang ⁉️|iphone 📱|jigsaw 🧩|joy 😂|kangaroo 🦘|key 🔑|keyboard ⌨️|keycap_ten 🔟|kissing 😗|label 🏷️|
ladder 🪜|laptop 💻|large_orange_circle 🟠|large_orange_square 🟧|large_purple_circle 🟣|large_brown_circle 🟤|large_yellow_circle 🟡|
large_yellow_square 🟨|large_red_square 🟥|laughing 😆|satisfied 😆|leaves 🍃|ledger 📒|left_right_arrow ↔️|lifter 🏋️|
lightning ⚡|zap ⚡|link 🔗|linked_paperclips 🖇️|lion_face 🦁|lips 👄|loading ⏳|lock 🔒|unlock 🔓|loudspeaker 📢|mega 📣|
lower_left_ballpoint_pen 🖊️|mag 🔍|mag_right 🔎|magnet 🧲|mailbox 📫|male-technologist 👨‍💻|technologist 🧑‍💻|female-technologist 👩‍💻|
mantelpiece_clock 🕰️|man-shrugging 🤷‍♂️|shrug 🤷|woman-shrugging 🤷‍♀️|mask 😷|medal 🏅|memo 📝|pencil 📝|microphone 🎤|microscope 🔬|
moneybag 💰|money_with_wings 💸|money_mouth_face 🤑|monkey 🐒|monkey_face 🐵|see_no_evil 🙈|hear_no_evil 🙉|speak_no_evil 🙊|moon 🌔|
mortar_board 🎓|mountain ⛰️|mouse 🐭|muscle 💪|musical_note 🎵|nail_care 💅|nerd_face 🤓|neutral_face 😐|new 🆕|newspaper 📰|
next_track_button ⏭️|nine 9️⃣|no_entry ⛔|no_entry_sign 🚫|notebook 📓|nut_and_bolt 🔩|octagonal_sign 🛑|octopus 🐙|ok 🆗|ok_hand 👌|on 🔛|
one 1️⃣|open_file_folder 📂|open_hands 👐|open_mouth 😮|orange_heart 🧡|outbox_tray 📤|owl 🦉|package 📦|page_facing_up 📄|
page_with_curl 📃|pager 📟|palm_tree 🌴|panda_face 🐼|paperclip 📎|parking 🅿️|partying_face 🥳|party_popper 🎉|tada 🎉|penguin 🐧|
pensive 😔|phone ☎️|telephone ☎️|pick ⛏️|pie 🥧|pig 🐷|pill 💊|pinata 🪅|pineapple 🍍|ping_pong 🏓|pizza 🍕|point_down 👇|
point_left 👈|point_right 👉|point_up ☝️|point_up_2 👆|police_car 🚓|rotating_light 🚨|potable_water 🚰|pray 🙏|
previous_track_button ⏮️|printer 🖨️|purple_heart 💜|pushpin 📌|round_pushpin 📍|question ❓|rabbit 🐰|rainbow 🌈|raised_hands 🙌|
raising_hand 🙋|receipt 🧾|recycle ♻️|red_circle 🔴|large_red_circle 🔴|relaxed ☺️|relieved 😌|repeat 🔁|rewind ⏪|ring 💍|robot_face 🤖|robot 🤖|
rocket 🚀|rofl 🤣|rolling_on_the_floor_laughing 🤣|rose 🌹|runner 🏃|running 🏃|sad 😢|salt 🧂|salute 🫡|saluting_face 🫡|
satellite 🛰️|satellite_antenna 📡|sauropod 🦕|scales ⚖️|school 🏫|scissors ✂️|scream 😱|scroll 📜|seat 💺|second_place_medal 🥈|
seedling 🌱|seven 7️⃣|shark 🦈|shell 🐚|shield 🛡️|ship 🚢|shopping_trolley 🛒|shower 🚿|signal_strength 📶|six 6️⃣|
skull 💀|skull_and_crossbones ☠️|sleeping 😴|sleepy 😪|sloth 🦥|slightly_frowning_face 🙁|slightly_smiling_face 🙂|wave 👋|
small_blue_diamond 🔹|small_orange_diamond 🔸|small_red_triangle 🔺|small_red_triangle_down 🔻|smile 😄|smiley 😃|smirk 😏|
smiling_face_with_3_hearts 🥰|snail 🐌|snake 🐍|snowflake ❄️|snowman ⛄|sob 😭|soccer ⚽|soon 🔜|sos 🆘|sparkle ❇️|sparkles ✨|
sparkling_heart 💖|speaker 🔈|speech_balloon 💬|spider 🕷️|spider_web 🕸️|spiral_note_pad 🗒️|sports_medal 🏅|stadium 🏟️|star ⭐|star2 🌟|
star-struck 🤩|stethoscope 🩺|stopwatch ⏱️|stop_sign 🛑|black_square_for_stop ⏹️|straight_ruler 📏|stuck_out_tongue 😛|sunflower 🌻|
sunglasses 😎|sunny ☀️|sunrise 🌅|surfer 🏄|sweat 😓|sweat_drops 💦|sweat_smile 😅|syringe 💉|taco 🌮|tea 🍵|telescope 🔭|test_tube 🧪|
the_horns 🤘|thermometer 🌡️|thinking_face 🤔|thinking 🤔|third_place_medal 🥉|thought_balloon 💭|three 3️⃣|thread 🧵|ticket 🎫|
admission_tickets 🎟️|tiger 🐯|timer_clock ⏲️|toolbox 🧰|tools 🛠️|top 🔝|tornado 🌪️|traffic_light 🚦|vertical_traffic_light 🚦|
trident 🔱|triumph 😤|trophy 🏆|truck 🚚|turtle 🐢|two 2️⃣|umbrella ☔|unamused 😒|unicorn_face 🦄|up 🆙|upside_down_face 🙃|v ✌️|
vs 🆚|warning ⚠️|wastebasket 🗑️|watch ⌚|waving_black_flag 🏴|triangular_flag_on_post 🚩|waving_white_flag 🏳️|weary 😩|whale 🐳|
white_check_mark ✅|white_circle ⚪|white_heart 🤍|white_large_square ⬜|wind_blowing_face 🌬️|wink 😉|wolf 🐺|woman 👩|man 👨|
world_map 🗺️|worried 😟|wrench 🔧|writing_hand ✍️|x ❌|negative_squared_cross_mark ❎|ballot_box_with_check ☑️|yellow_heart 💛|
yum 😋|zany_face 🤪|zero 0️⃣|zipper_mouth_face 🤐|zombie 🧟|zzz 💤
`;

/** @type {Map<string, string>} name to character */
export const EMOJI = new Map(
  LIST.trim().split(/\|\s*/).filter(Boolean).map((entry) => {
    const [name, character] = entry.trim().split(' ');
    return [name, character];
  }),
);

/** Those offered first when somebody reacts. */
export const FREQUENT = ['white_check_mark', 'eyes', '+1', 'raised_hands', 'tada', 'heart', 'rocket', 'pray', 'fire', 'bug', 'warning', 'x'];
